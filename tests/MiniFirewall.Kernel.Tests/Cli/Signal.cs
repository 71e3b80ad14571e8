using System.Runtime.InteropServices;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>Sends signals to processes that the tests started.</summary>
internal static partial class Signal
{
    internal static void Send(int process, PosixSignal signal) => Assert.Equal(0, Kill(process, signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    }));

    internal static void HangUp(int process) => Assert.Equal(0, Kill(process, 1));

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
