namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>A network namespace with a name, its loopback up, in which minifw runs as an administrator would run it.</summary>
internal sealed class NamedNamespace : IDisposable
{
    private static int _count;

    private readonly string _name = $"minifw-cli-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";

    internal NamedNamespace()
    {
        CommandResult.Of("ip", ["netns", "add", _name]).Succeeded();
        CommandResult.Of("ip", ["-n", _name, "link", "set", "lo", "up"]).Succeeded();
    }

    internal string Path => $"/run/netns/{_name}";

    /// <summary>The words before a command that run it inside.</summary>
    internal string[] Inside(params string[] command) => ["netns", "exec", _name, .. command];

    /// <summary>Puts a file in the place of /etc/NAME for commands inside; where the name has a directory, that takes the place of the whole one.</summary>
    internal void Configure(string name, string text)
    {
        string file = System.IO.Path.Combine(Etc, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private string Etc => $"/etc/netns/{_name}";

    internal CommandResult Minifw(params string[] arguments) => MinifwWith("", arguments);

    internal CommandResult MinifwWith(string input, params string[] arguments) =>
        CommandResult.Of("ip", Inside([MinifwBinary.Path, .. arguments]), input);

    internal CommandResult Shell(string script) => CommandResult.Of("ip", Inside("bash", "-c", script));

    /// <summary>Runs a script as nobody, without capabilities; "minifw" in it is a copy that nobody may run.</summary>
    internal CommandResult Unprivileged(string script)
    {
        string directory = Directory.CreateTempSubdirectory("minifw-test-").FullName;
        try
        {
            CommandResult.Of("chmod", ["755", directory]).Succeeded();
            CommandResult.Of("install", ["-m", "755", MinifwBinary.Path, System.IO.Path.Combine(directory, "minifw")]).Succeeded();
            return CommandResult.Of("ip", Inside(
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
                "bash", "-c", $"cd {directory} && export PATH={directory}:$PATH && {script}"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Lets the namespace go with its firewall in it.</summary>
    internal void Abandon() => CommandResult.Of("ip", ["netns", "del", _name]).Succeeded();

    /// <summary>Takes the firewall away first: its pinned links would keep the namespace alive.</summary>
    public void Dispose()
    {
        Minifw("off");
        CommandResult.Of("ip", ["netns", "del", _name]);
        if (Directory.Exists(Etc))
        {
            Directory.Delete(Etc, recursive: true);
        }
    }
}
