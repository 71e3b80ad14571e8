using System.Text;

namespace MiniFirewall.Sys.Namespaces;

/// <summary>Names of the network interfaces of the calling thread's namespace.</summary>
public static class InterfaceNames
{
    private const int Longest = 16;

    /// <summary>The name of the interface with that index; null where there is none any more.</summary>
    public static string? TryGet(uint index)
    {
        Span<byte> name = stackalloc byte[Longest];
        return NamespaceCalls.InterfaceName(index, name) == 0 ? null : Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }
}
