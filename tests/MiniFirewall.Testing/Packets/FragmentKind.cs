using CsCheck;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>Whether a packet is a fragment and which.</summary>
/// <param name="Offset">In 8-byte units.</param>
internal readonly record struct FragmentKind(bool IsFragment, int Offset, bool More)
{
    /// <summary>Mostly no fragment; offsets 1 (where TCP's flags could be overwritten) and 2 more often than others.</summary>
    internal static Gen<FragmentKind> Gen { get; } = CsCheck.Gen.Frequency(
        (8, CsCheck.Gen.Const(new FragmentKind(false, 0, false))),
        (1, CsCheck.Gen.Const(new FragmentKind(true, 0, true))),
        (1, CsCheck.Gen.Select(
            CsCheck.Gen.Frequency((3, CsCheck.Gen.OneOf(1, 2)), (1, CsCheck.Gen.Int[1, 8191])),
            CsCheck.Gen.Bool,
            (offset, more) => new FragmentKind(true, offset, more))));

    /// <summary>A fragment other than the first carries the payload alone.</summary>
    internal Transport Part(Transport whole) =>
        Offset == 0 ? whole : new RawTransport(whole.Protocol) { Payload = whole.Payload };
}
