using System.CommandLine;
using System.Runtime.InteropServices;
using MiniFirewall.Cli.Demo;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw demo: eight rules, real packets, in a network of namespaces that is gone afterwards.</summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        var command = new Command("demo", "Build a network of namespaces, load eight rules there, send real packets, show what passed and why.");
        command.SetAction(_ => Guarded.Run(Run));
        HelpWithExamples.AddTo(command, "minifw demo");
        return command;
    }

    private static int Run()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Complaint.Write("the demo makes network namespaces, which needs root");
            return ExitCode.Permission;
        }

        using var interruption = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        try
        {
            return DemoRun.RunAsync(interruption.Token).GetAwaiter().GetResult() ? ExitCode.Done : ExitCode.Refused;
        }
        catch (Exception error) when (interruption.IsCancellationRequested && error is OperationCanceledException or DemoException)
        {
            Complaint.Write("interrupted; the sandbox is gone");
            return ExitCode.Refused;
        }

        // The signal must not end the process: the sandbox is to be removed first.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interruption.Cancel();
        }
    }
}
