using System.CommandLine;
using System.Runtime.InteropServices;
using MiniFirewall.Cli.Logging.Shipping;
using MiniFirewall.Cli.Services;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Handing;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw serve: what rules ask for and BPF programs cannot do.</summary>
internal static class ServeCommand
{
    internal static Command Create()
    {
        var options = new ServeOptions();
        var command = new Command("serve", """
            Do for this network namespace what rules ask for and BPF programs cannot, until interrupted.

              Answer what REJECT rules drop: with an ICMP or ICMPv6 error, or a TCP reset. Hand packets of NFLOG rules to those who read
              their netlink groups, such as tcpdump -i nflog:5 and ulogd. With --log, send the events of LOG rules to a log.

              Keep the host names of rules true (minifw names). With --metrics, give counters to Prometheus.

              It runs in the foreground, as root, one in each network namespace, before or after rules are applied there. It decides
              nothing: where it does not run, or is killed, packets are dropped or pass all the same, and nobody is told; minifw status
              says which. systemd is told when it is ready (Type=notify).

              Never answered: ICMP errors, resets (by a reset), broadcast and multicast, later fragments, wrong checksums. Answers
              meet the rules of OUTPUT.
            """);
        options.AddTo(command);
        command.Subcommands.Add(ServePrepareCommand.Create());
        command.Subcommands.Add(ServeStatusCommand.Create());
        command.SetAction(result => Guarded.Run(() => Run(result, options)));
        HelpWithExamples.AddTo(command, """
            minifw serve
            minifw serve --rate 100 --burst 20
            minifw serve --log journald
            minifw serve --metrics 127.0.0.1:9717
            minifw serve status
            minifw serve --log /var/log/minifw.log --log-rate 100/second
            ip netns exec blue minifw serve
            systemd-run -p Type=notify minifw serve --log journald
            """);
        return command;
    }

    private static int Run(ParseResult result, ServeOptions options)
    {
        Confined.Begin(withLogs: result.GetValue(options.Log) is not null);
        FirewallEngine engine = FirewallEngine.Open();
        using var interruption = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using RatedEventWriter? events = WriterOf(result, options);
        using var beside = new ServeCompany(engine, result.GetValue(options.Metrics), events, result.GetValue(options.LogDrops), interruption.Cancel);
        var rate = new TokenRate(result.GetValue(options.Rate), result.GetValue(options.Burst));
        ServiceTally tally;
        try
        {
            tally = engine.Serve(rate, Begin, Complaint.Warn, interruption.Token);
        }
        finally
        {
            beside.Dispose();
        }

        ServiceNotification.Send("STOPPING=1");
        Tell(tally, events);
        return beside.Failure is { } failure ? throw failure : ExitCode.Done;

        void Begin(RunningService service)
        {
            beside.Begin(service);
            TellReady(engine);
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interruption.Cancel();
        }
    }

    private static RatedEventWriter? WriterOf(ParseResult result, ServeOptions options)
    {
        if (result.GetValue(options.Log) is not { } where)
        {
            return null;
        }

        int rate = result.GetValue(options.LogRate);
        return new(LogDestination.Open(where, result.GetValue(options.LogFormat)), new TokenRate(rate, rate));
    }

    private static void Tell(ServiceTally tally, RatedEventWriter? events)
    {
        (AnswerTally answers, HandingTally packets) = tally;
        if (events is not null)
        {
            Console.Out.WriteLine($"events written {events.Tally.Written}, left out {events.Tally.LeftOut}");
        }

        Console.Out.WriteLine($"handed to netlink groups {packets.Handed}, without a reader {packets.Unread}, not taken {packets.Failed}");
        Console.Out.WriteLine($"answered {answers.Sent}, unanswerable {answers.Unanswerable}, over the rate {answers.OverRate}, not sent {answers.Failed}");
    }

    private static void TellReady(FirewallEngine engine)
    {
        Console.Out.WriteLine($"answering rejected packets of net:[{engine.Namespace.Inode}]");
        Console.Out.Flush();
        ServiceNotification.Send("READY=1");
    }
}
