using MiniFirewall.Cli;
using MiniFirewall.Manual.Commands;
using MiniFirewall.Manual.Completion;
using MiniFirewall.Manual.Pages;

namespace MiniFirewall.Manual;

/// <summary>
/// Writes man pages and completions from the commands themselves, so that they say what --help says.
/// One argument: the directory, in which man8/, bash/, zsh/ and fish/ are made.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [var directory])
        {
            Console.Error.WriteLine("usage: MiniFirewall.Manual DIRECTORY");
            return 2;
        }

        CommandPart root = CommandReader.Read(MinifwCommandLine.Everything());
        Write(directory, "man8/minifw.8", MainPage.Write(root));
        foreach (CommandPart command in root.Commands)
        {
            Write(directory, $"man8/minifw-{command.Name}.8", CommandPage.Write(command));
        }

        Write(directory, "bash/minifw", BashCompletion.Write(root));
        Write(directory, "zsh/_minifw", ZshCompletion.Write(root));
        Write(directory, "fish/minifw.fish", FishCompletion.Write(root));
        return 0;
    }

    private static void Write(string directory, string name, string text)
    {
        string path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
