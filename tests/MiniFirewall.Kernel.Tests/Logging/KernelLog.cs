using System.Text;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Logging;

/// <summary>The kernel's own log, from now on (/dev/kmsg).</summary>
internal sealed class KernelLog : IDisposable
{
    private const int ReadOnlyNonBlocking = 0x800, LongestRecord = 8192;

    private readonly FileDescriptor _log = LibC.Open("/dev/kmsg", ReadOnlyNonBlocking);
    private readonly byte[] _record = new byte[LongestRecord];

    internal KernelLog() => TakeAll("");

    /// <summary>The messages that begin with some text, those that there are by now, without it.</summary>
    internal List<string> TakeAll(string prefix)
    {
        var messages = new List<string>();
        while (Polling.WaitReadable(_log, TimeSpan.Zero))
        {
            // "priority,number,time,flags;message", a line; more lines say more of it.
            string record = Encoding.ASCII.GetString(_record, 0, LibC.Read(_log, _record));
            string message = record[(record.IndexOf(';') + 1)..record.IndexOf('\n')];
            if (message.StartsWith(prefix, StringComparison.Ordinal))
            {
                messages.Add(message[prefix.Length..]);
            }
        }

        return messages;
    }

    public void Dispose() => _log.Dispose();
}
