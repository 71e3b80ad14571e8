using System.Text;
using MiniFirewall.Engine.Home;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Names;

/// <summary>A namespace's book of names, an ordinary file beside the locks: read by anybody, written by who holds the namespace's lock.</summary>
internal static class NameBookFile
{
    internal static string NameOf(NetworkNamespace network) => $"names-{network.Name}";

    /// <summary>Empty where there is none, or none that can be read.</summary>
    internal static NameBook Read(DirectoryHandle home, NetworkNamespace network)
    {
        try
        {
            return NameBook.Parse(File.ReadAllText(home.PathOf(NameOf(network))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return NameBook.Empty;
        }
    }

    /// <summary>Puts the book in the place of the one before, at one moment. Best effort: addresses are in the kernel.</summary>
    internal static void Write(DirectoryHandle home, NetworkNamespace network, NameBook book)
    {
        string path = home.PathOf(NameOf(network));
        try
        {
            if (!book.Names.Any())
            {
                home.Remove(NameOf(network));
                return;
            }

            File.WriteAllBytes(path + "-new", Encoding.UTF8.GetBytes(book.ToString()));
            File.Move(path + "-new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full /run: names are asked for again sooner than they need be.
        }
    }
}
