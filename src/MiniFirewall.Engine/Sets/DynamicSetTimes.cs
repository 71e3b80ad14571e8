using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Sets;

/// <summary>Seconds, which people write and read, and the kernel's ticks, which elements have.</summary>
internal static class DynamicSetTimes
{
    /// <summary>An element that begins now.</summary>
    internal static DynamicSetRecord RecordOf(NamedSet set, in SetElement element, SetElementState state, ulong now, bool isOfFile)
    {
        uint seconds = set.Details.Timeout is { } usual ? state.Seconds ?? usual : 0;
        return new(element, seconds == 0 ? null : now + (seconds * (ulong)KernelTime.Hertz), state.Packets, state.Bytes, state.Comment, isOfFile);
    }

    /// <summary>What is said of an element now; seconds are rounded as ipset does it, so that what is there has one at least (ip_set.h, ip_set_timeout_get).</summary>
    internal static SetElementState StateOf(DynamicSetRecord record, DynamicSet set, ulong now)
    {
        uint? seconds = set.Details.Timeout is null ? null
            : record.Expires is { } end ? (uint)Math.Max(1, (long)(end - now) / KernelTime.Hertz)
            : 0;
        return new(seconds, record.Packets, record.Bytes, record.Comment);
    }
}
