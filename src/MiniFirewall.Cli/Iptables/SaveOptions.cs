namespace MiniFirewall.Cli.Iptables;

/// <summary>The command line of iptables-save (iptables-save.c).</summary>
internal sealed record SaveOptions
{
    private static readonly RestoreOptionSpec[] Specs =
    [
        new('c', "counters"), new('b', "binary"), new('d', "dump"), new('V', "version"), new('t', "table", 1), new('M', "modprobe", 1), new('f', "file", 1),
    ];

    internal bool HasCounters { get; private set; }

    /// <summary>The one table that is asked for, or null.</summary>
    internal string? Table { get; private set; }

    /// <summary>Where the text goes; null for the standard output.</summary>
    internal string? File { get; private set; }

    /// <summary>Only the version is asked for.</summary>
    internal bool IsVersion { get; private set; }

    /// <summary>The options; null where the command line is wrong, and has been answered.</summary>
    internal static SaveOptions? Read(string program, string[] arguments)
    {
        var getopt = new RestoreGetopt(program, Specs, arguments);
        var options = new SaveOptions();
        while (!options.IsVersion && getopt.Next() is { } option)
        {
            options.Take(option.Letter, getopt.Argument);
        }

        if (getopt.Error is { } error)
        {
            Console.Error.WriteLine(error);
            Console.Error.WriteLine($"Look at manual page `{program}.8' for more information.");
            return null;
        }

        if (getopt.Others.Count > 0 && !options.IsVersion)
        {
            Console.Error.WriteLine("Unknown arguments found on commandline");
            return null;
        }

        return options;
    }

    private void Take(char letter, string argument)
    {
        switch (letter)
        {
            case 'c': HasCounters = true; break;
            case 'b': Console.Error.WriteLine("-b/--binary option is not implemented"); break;
            case 't': Table = argument; break;
            case 'f': File = argument; break;
            case 'V': IsVersion = true; break;
        }
    }
}
