using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Rules.Matches;

/// <summary>The test that dscp, tos and ecn share: bits of the traffic class byte (IPv4's TOS).</summary>
internal static class TrafficClassLowering
{
    /// <summary>The byte under the mask is the value. IPv6 has it in bits 4 to 11 of its header (RFC 8200, 3).</summary>
    internal static Require Lower(Family family, byte mask, byte value, bool negated) => new(new QuestionTest(
        family == Family.IPv4
            ? new HeaderNumber(HeaderStart.Network, 1, 1, mask, value, value)
            : new HeaderNumber(HeaderStart.Network, 0, 2, (uint)mask << 4, (uint)value << 4, (uint)value << 4),
        negated));
}
