using System.CommandLine;
using System.Runtime.InteropServices;
using MiniFirewall.Cli.Connections;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Policy;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw connections: looks at the connections that the rules in force track, and ends them.</summary>
internal static class ConnectionsCommand
{
    internal static Command Create()
    {
        Argument<string[]> filter = Filter();
        Option<bool> proc = Proc(), json = CommandOptions.Json();
        var command = new Command("connections", "Show, count, watch and end the connections that rules in force ask about.")
        {
            filter, proc, json, CreateList(), CreateCount(), CreateWatch(), CreateCut(), CreateSettings(),
        };
        command.SetAction(result => Guarded.Run(() => List(result.GetRequiredValue(filter), result.GetValue(proc), result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw connections
            minifw connections tcp 203.0.113.9 10.0.0.5:22
            minifw connections list to :443 state SYN_SENT,SYN_RECV --json
            minifw connections count udp from 10.0.0.0/8
            minifw connections list sctp state ESTABLISHED,SHUTDOWN_SENT
            minifw connections watch port 22
            minifw connections cut from 203.0.113.0/24
            minifw connections settings tcp_timeout_established 86400 udp_timeout 10
            """);
        return command;
    }

    private static Command CreateList()
    {
        Argument<string[]> filter = Filter();
        Option<bool> proc = Proc(), json = CommandOptions.Json();
        var command = new Command("list", "Print connections, one a line.") { filter, proc, json };
        command.SetAction(result => Guarded.Run(() => List(result.GetRequiredValue(filter), result.GetValue(proc), result.GetValue(json))));
        return command;
    }

    private static Command CreateCount()
    {
        Argument<string[]> filter = Filter();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("count", "Count connections, by protocol and state, and say how full their table is.") { filter, json };
        command.SetAction(result => Guarded.Run(() =>
        {
            ConnectionFilter wanted = Read(result.GetRequiredValue(filter));
            using LiveConnections connections = Open();
            var counts = ConnectionCounts.Of(connections, wanted);
            if (result.GetValue(json))
            {
                JsonOutput.Document(counts.WriteJson);
            }
            else
            {
                counts.Write();
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static Command CreateWatch()
    {
        Argument<string[]> filter = Filter();
        Option<double> interval = new("--interval")
        {
            Description = "Seconds between two looks; what begins and ends between them is not seen.",
            DefaultValueFactory = _ => 0.5,
            HelpName = "SECONDS",
        };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("watch", "Print what becomes of connections, until interrupted: new, changed, ended.") { filter, interval, json };
        command.SetAction(result => Guarded.Run(() =>
            Watch(Read(result.GetRequiredValue(filter)), result.GetValue(interval), result.GetValue(json))));
        return command;
    }

    private static Command CreateCut()
    {
        Argument<string[]> filter = Filter();
        Option<bool> all = new("--all") { Description = "End all connections." }, json = CommandOptions.Json();
        var command = new Command("cut", "End connections: their next packets are judged as first ones are.") { filter, all, json };
        command.SetAction(result => Guarded.Run(() =>
        {
            string[] words = result.GetRequiredValue(filter);
            if (words.Length == 0 != result.GetValue(all))
            {
                throw new UsageException(words.Length == 0 ? "no filter says which connections to end; write one, or --all" : "--all and a filter say two things; leave one of them out");
            }

            ConnectionFilter wanted = Read(words);
            using LiveConnections connections = Open();
            CutReport.Write(connections.Cut((in Connection connection) => wanted.Matches(connection)), result.GetValue(json));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command CreateSettings()
    {
        Argument<string[]> pairs = new("NAME VALUE")
        {
            Description = "What to set, by the kernel's names without nf_conntrack_: max, tcp_timeout_established, sctp_timeout_closed, tcp_loose …; time-outs in seconds.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("settings", "Show or set time-outs, the table's size and what else the kernel has settings for.") { pairs, json };
        command.Aliases.Add("timeouts");
        command.SetAction(result => Guarded.Run(() =>
        {
            FirewallEngine engine = FirewallEngine.Open();
            string[] words = result.GetRequiredValue(pairs);
            if (words.Length > 0)
            {
                engine.SetConnections(SettingWords.Read(words));
                return ExitCode.Done;
            }

            IReadOnlyList<ConnectionSettingValue> settings = engine.ReadConnectionSettings() ?? throw NotTracked();
            if (result.GetValue(json))
            {
                SettingsOutput.WriteJson(settings);
            }
            else
            {
                SettingsOutput.Write(settings);
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static int List(string[] words, bool asProc, bool asJson)
    {
        ConnectionFilter filter = Read(words);
        if (asProc && asJson)
        {
            throw new UsageException("--proc and --json say two things; leave one of them out");
        }

        using LiveConnections connections = Open();
        if (asJson)
        {
            ConnectionJson.WriteAll(connections.Walk(), filter);
        }
        else
        {
            ConnectionListing.Write(connections.Walk(), filter, asProc);
        }

        return ExitCode.Done;
    }

    private static int Watch(ConnectionFilter filter, double seconds, bool asJson)
    {
        if (seconds is not (>= 0.01 and <= 3600))
        {
            throw new UsageException("--interval is 0.01 to 3600 seconds");
        }

        using var interruption = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        FirewallEngine engine = FirewallEngine.Open();
        new ConnectionWatch(engine, filter, asJson).Run(TimeSpan.FromSeconds(seconds), interruption.Token);
        return ExitCode.Done;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interruption.Cancel();
        }
    }

    private static LiveConnections Open() => FirewallEngine.Open().OpenConnections() ?? throw NotTracked();

    private static FirewallException NotTracked() =>
        new(FirewallFailure.Refused, "no rule in force here asks for connection state, so connections are not tracked");

    private static ConnectionFilter Read(string[] words) =>
        ConnectionFilterReader.TryRead(words, out string? error) ?? throw new UsageException($"the filter cannot be read: {error}");

    private static Argument<string[]> Filter() => new("FILTER")
    {
        Description = "Which ones: tcp, udp, icmp …; ADDRESS[/LENGTH][:PORT] for either end, two of them for who began and whom with; from END; to END; "
            + "port N[-N]; state STATE[,STATE]; replied, unreplied, assured; mark N[/MASK]; ipv4, ipv6.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static Option<bool> Proc() => new("--proc") { Description = "Print as the kernel does in /proc/net/nf_conntrack." };
}
