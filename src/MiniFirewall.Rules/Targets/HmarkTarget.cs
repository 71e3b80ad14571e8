using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j HMARK: sets the packet's mark to a hash of parts of it, and goes on with the next rule (net/netfilter/xt_HMARK.c). Null parts do not count.</summary>
public sealed record HmarkTarget : Target
{
    public static TargetGrammar Grammar => HmarkGrammar.Grammar;

    public override string Name => "HMARK";

    /// <summary>The kernel's module computes it, in front of the rules.</summary>
    public override PacketChange? Change => Computed;

    private PacketMarkComputed Computed => new(Name, 0, [.. Information()]);

    /// <summary>The length of the source's prefix that counts; <see cref="HmarkGrammar.WholeAddress"/> for all of it in either family.</summary>
    public int? SourcePrefix { get; init; }

    /// <summary>As <see cref="SourcePrefix"/>.</summary>
    public int? DestinationPrefix { get; init; }

    public ushort? SourcePortMask { get; init; }

    public ushort? DestinationPortMask { get; init; }

    /// <summary>Bits of an ESP or AH header's SPI.</summary>
    public uint? SpiMask { get; init; }

    /// <summary>Bits that are set in the source port.</summary>
    public ushort? SourcePort { get; init; }

    public ushort? DestinationPort { get; init; }

    public uint? Spi { get; init; }

    public ushort? ProtocolMask { get; init; }

    /// <summary>Where the hash begins.</summary>
    public uint? Seed { get; init; }

    /// <summary>The mark is the hash's rest by this, and <see cref="Offset"/> more.</summary>
    public uint Modulus { get; init; }

    public uint? Offset { get; init; }

    /// <summary>The addresses and ports are those of the connection.</summary>
    public bool UsesConnection { get; init; }

    public override FamilySet Families => PrefixLengths.FamiliesOf(NamedPrefix(SourcePrefix)) & PrefixLengths.FamiliesOf(NamedPrefix(DestinationPrefix));

    public override Target Settled(FamilySet families) => PrefixLengths.Whole(families) is { } whole
        ? this with { SourcePrefix = Unsaid(SourcePrefix, whole), DestinationPrefix = Unsaid(DestinationPrefix, whole) }
        : this;

    public override void Print(RuleTextWriter writer) => HmarkText.Print(writer.Word("-j").Word("HMARK"), this);

    public override void List(RuleTextWriter writer, ListStyle style) => HmarkText.List(writer.Word("HMARK"), this);

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    /// <summary>A packet that nobody has been asked about does not pass.</summary>
    public override void LowerEffect(Family family, ImmutableArray<Step>.Builder steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        steps.Add(new DropWhen(new QuestionTest(new KernelUnasked(Computed.Number))));
        base.LowerEffect(family, steps);
    }

    /// <summary>
    /// struct xt_hmark_info: what counts of the addresses, 16 bytes each, and of the ports, in network order; bits that are set in these; flags; and numbers. All of an address
    /// is so many bits that IPv4 has enough.
    /// </summary>
    private byte[] Information()
    {
        const int Length = 64, DestinationAt = 16, PortsAt = 32, PortsSetAt = 36, NumbersAt = 40;
        byte[] information = new byte[Length];
        WritePrefix(information, SourcePrefix);
        WritePrefix(information.AsSpan(DestinationAt), DestinationPrefix);
        WritePorts(information.AsSpan(PortsAt), SourcePortMask, DestinationPortMask, SpiMask);
        WritePorts(information.AsSpan(PortsSetAt), SourcePort, DestinationPort, Spi);
        Span<uint> numbers = MemoryMarshal.Cast<byte, uint>(information.AsSpan(NumbersAt));
        numbers[0] = Flags;
        numbers[1] = ProtocolMask ?? 0;
        numbers[2] = Seed ?? 0;
        numbers[3] = Modulus;
        numbers[4] = Offset ?? 0;
        return information;
    }

    /// <summary>Bits of what is given, in the order of XT_HMARK_SADDR_MASK and those behind it.</summary>
    private uint Flags
    {
        get
        {
            uint flags = 0;
            ReadOnlySpan<bool> given =
            [
                SourcePrefix is not null, DestinationPrefix is not null, Spi is not null, SpiMask is not null, SourcePort is not null, DestinationPort is not null,
                SourcePortMask is not null, DestinationPortMask is not null, ProtocolMask is not null, Seed is not null, true, Offset is not null, UsesConnection,
            ];
            for (int i = 0; i < given.Length; i++)
            {
                flags |= given[i] ? 1u << i : 0;
            }

            return flags;
        }
    }

    private static void WritePrefix(Span<byte> mask, int? prefix)
    {
        const int AddressBits = 128;
        int length = prefix is HmarkGrammar.WholeAddress ? AddressBits : prefix ?? 0;
        BinaryPrimitives.WriteUInt128BigEndian(mask, length == 0 ? 0 : UInt128.MaxValue << (AddressBits - length));
    }

    private static void WritePorts(Span<byte> ports, ushort? source, ushort? destination, uint? spi) =>
        BinaryPrimitives.WriteUInt32BigEndian(ports, spi ?? ((uint)(source ?? 0) << 16) | (destination ?? 0u));

    /// <summary>The prefix where all of an address has so many bits.</summary>
    internal static int? Prefix(int? prefix, int? whole) => prefix == HmarkGrammar.WholeAddress ? whole : prefix;

    private static int? Unsaid(int? prefix, int whole) => prefix == whole ? HmarkGrammar.WholeAddress : prefix;

    private static int? NamedPrefix(int? prefix) => prefix == HmarkGrammar.WholeAddress ? null : prefix;
}
