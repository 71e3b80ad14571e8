using System.Collections.Immutable;

namespace MiniFirewall.Testing.Packets;

/// <summary>What kind of packets to make.</summary>
public sealed record PacketGenOptions
{
    /// <summary>Any bytes from the network header's length on; the version nibble is always the family's, as the kernel sees to that.</summary>
    public static PacketGenOptions Anything { get; } = new();

    /// <summary>Only packets that ip_rcv and ipv6_rcv accept and that reach the hook as they were sent, without nf_conntrack.</summary>
    public static PacketGenOptions OnTheWire { get; } = new() { Realizable = true, MaxLength = 1400 };

    public bool Realizable { get; init; }

    /// <summary>Longest packet, bytes; BPF_PROG_TEST_RUN takes a little less than a page.</summary>
    public int MaxLength { get; init; } = 2500;

    /// <summary>Packets may have a mark; where packets cannot be given one, no.</summary>
    public bool Marked { get; init; } = true;

    /// <summary>
    /// The (in, out) interface names to choose from, as they are. Where empty, names come from the rules, with an in
    /// and an out interface as the hook has them.
    /// </summary>
    public ImmutableArray<(string In, string Out)> InterfacePairs { get; init; } = [];
}
