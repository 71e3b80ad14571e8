using System.CommandLine;
using System.Runtime.InteropServices;
using MiniFirewall.Cli.Logging;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw log: events of rules that log, and of dropped packets while it looks.</summary>
internal static class LogCommand
{
    internal static Command Create()
    {
        Option<bool> follow = new("--follow", "-f") { Description = "Go on until interrupted; dropped packets are events too meanwhile." };
        Option<bool> json = CommandOptions.Json();
        Option<EventFormat> format = CommandOptions.EventFormat(EventFormat.Text);
        var command = new Command("log", "Print events: of LOG rules always, of dropped packets while somebody looks.") { follow, json, format };
        command.SetAction(result => Guarded.Run(() => Run(
            result.GetValue(follow), result.GetValue(json) ? EventFormat.Json : result.GetValue(format))));
        HelpWithExamples.AddTo(command, """
            minifw log                 what waits in the buffer
            minifw log -f              and what comes
            minifw log -f --format kernel
            minifw log -f --json | jq 'select(.verdict == "DROP")'
            """);
        return command;
    }

    private static int Run(bool follow, EventFormat format)
    {
        FirewallEngine engine = FirewallEngine.Open();
        using var interruption = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using EventReader? events = engine.OpenEvents();
        if (events is null)
        {
            Complaint.Write("no rules are loaded in this network namespace, so there are no events; minifw apply FILE loads some");
            return ExitCode.Refused;
        }

        new EventLog(engine, events, WriterOf(format)).Print(follow, interruption.Token);
        return ExitCode.Done;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interruption.Cancel();
        }
    }

    private static IEventWriter WriterOf(EventFormat format) => format switch
    {
        EventFormat.Json => new JsonEventWriter(),
        EventFormat.Kernel => new StreamEventWriter(KernelEventText.WithTime),
        _ => new StreamEventWriter(EventText.Of),
    };
}
