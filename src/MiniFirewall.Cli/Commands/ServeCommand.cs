using System.CommandLine;
using System.Runtime.InteropServices;
using MiniFirewall.Cli.Services;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Handing;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw serve: answers the packets that REJECT rules drop.</summary>
internal static class ServeCommand
{
    internal static Command Create()
    {
        Option<int> rate = Number("--rate", "Answers a second at most; packets beyond are dropped without one.", AnswerRate.UsualRate);
        Option<int> burst = Number("--burst", "Answers at once at most, after a pause.", AnswerRate.UsualBurst);
        var command = new Command("serve", """
            Answer the packets that REJECT rules of this network namespace drop, until interrupted.

              A BPF program can drop a packet, and not send one. So REJECT drops, and this service sends what --reject-with says: an
              ICMP or ICMPv6 error, or a TCP reset. It runs in the foreground, as root, one in each network namespace, before or after
              rules are applied there. It decides nothing: where it does not run, or is killed, the same packets are dropped, and
              nobody is told; minifw status says which. systemd is told when it is ready (Type=notify).

              Never answered: ICMP errors, resets (by a reset), broadcast and multicast, later fragments, wrong checksums. Answers
              meet the rules of OUTPUT.
            """) { rate, burst };
        command.SetAction(result => Guarded.Run(() => Run(new AnswerRate(result.GetValue(rate), result.GetValue(burst)))));
        HelpWithExamples.AddTo(command, """
            minifw serve
            minifw serve --rate 100 --burst 20
            ip netns exec blue minifw serve
            systemd-run -p Type=notify minifw serve
            """);
        return command;
    }

    private static Option<int> Number(string name, string description, int usual)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && !(int.TryParse(word.Value, out int number) && number >= 1))
            {
                result.AddError($"{name} is a whole number from 1 on, not {word.Value}");
            }
        });
        return option;
    }

    private static int Run(AnswerRate rate)
    {
        FirewallEngine engine = FirewallEngine.Open();
        using var interruption = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        ServiceTally tally = engine.Serve(rate, () => TellReady(engine), interruption.Token);
        ServiceNotification.Send("STOPPING=1");
        Tell(tally.Answers, tally.Packets);
        return ExitCode.Done;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interruption.Cancel();
        }
    }

    private static void Tell(AnswerTally answers, HandingTally packets)
    {
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
