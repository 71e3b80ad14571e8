using System.Diagnostics;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Trials;

/// <summary>Waits for what the kernel does by itself.</summary>
internal static class Waiting
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    internal static void Until(string what, Func<bool> holds)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_limit, $"{what}: not within {s_limit}");
            Thread.Sleep(20);
        }
    }
}
