using System.ComponentModel;
using System.Diagnostics;
using MiniFirewall.Bpf;

namespace MiniFirewall.Lessons;

/// <summary>The time that programs are on their hooks: while a command runs, or until Ctrl-C.</summary>
internal static class Session
{
    internal static void Hold(Arguments arguments)
    {
        if (arguments.Command.Length > 0)
        {
            RunToItsEnd(arguments.Command);
        }
        else
        {
            using ManualResetEventSlim end = EndByCtrlC();
            end.Wait();
        }
    }

    /// <summary>As Hold, with what the programs tell: after the command, so that the two do not mix, or else at once.</summary>
    internal static void Follow(Arguments arguments, BpfMap events, RecordHandler print)
    {
        using var reader = new RingBufferReader(events);
        if (arguments.Command.Length > 0)
        {
            RunToItsEnd(arguments.Command);
            reader.Drain(print);
            return;
        }

        using ManualResetEventSlim end = EndByCtrlC();
        while (!end.IsSet)
        {
            reader.Wait(TimeSpan.FromMilliseconds(100));
            reader.Drain(print);
        }
    }

    private static void RunToItsEnd(string[] command)
    {
        try
        {
            using Process process = Process.Start(command[0], command[1..]);
            process.WaitForExit();
        }
        catch (Win32Exception problem)
        {
            throw new IOException($"{command[0]} cannot be run: {problem.Message}", problem);
        }
    }

    private static ManualResetEventSlim EndByCtrlC()
    {
        var end = new ManualResetEventSlim();
        Console.Error.WriteLine("on its hooks; Ctrl-C ends it");
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            end.Set();
        };
        return end;
    }
}
