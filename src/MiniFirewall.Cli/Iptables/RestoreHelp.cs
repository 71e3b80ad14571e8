namespace MiniFirewall.Cli.Iptables;

/// <summary>iptables-restore -h.</summary>
internal static class RestoreHelp
{
    internal static string Text(string program) => $"""
        Usage: {program} [-c] [-v] [-V] [-t] [-h] [-n] [-w secs] [-W usecs] [-T table] [-M command] [file]
        	   [ --counters ]
        	   [ --verbose ]
        	   [ --version]
        	   [ --test ]
        	   [ --help ]
        	   [ --noflush ]
        	   [ --wait=<seconds>
        	   [ --table=<TABLE> ]
        	   [ --modprobe=<command> ]

        """;
}
