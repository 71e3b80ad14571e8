using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MiniFirewall.Sys;

/// <summary>poll(2).</summary>
public static partial class Polling
{
    private const short POLLIN = 1;
    private const int EINTR = 4;

    /// <summary>Waits until there is something to read; false when the time is over. A signal does not end the wait.</summary>
    public static bool WaitReadable(FileDescriptor descriptor, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        for (; ; )
        {
            TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
            int milliseconds = (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, int.MaxValue);
            var entry = new PollEntry { Descriptor = descriptor.Number, Events = POLLIN };
            int ready = Poll(ref entry, 1, milliseconds);
            GC.KeepAlive(descriptor);
            if (ready >= 0)
            {
                return ready > 0;
            }

            if (Marshal.GetLastPInvokeError() != EINTR)
            {
                throw SystemCallException.FromLastError("poll");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
