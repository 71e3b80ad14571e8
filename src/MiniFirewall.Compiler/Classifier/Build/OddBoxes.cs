using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Entries' boxes for odd packets: addresses, and what their steps ask of protocol, fragment and header length.</summary>
internal sealed class OddBoxes : IBoxes
{
    private const int Source = 0, SourceLow = 1, Destination = 2, DestinationLow = 3;
    private const int Fragment = 4, Length = 5, Protocol = 6, SourcePort = 7, DestinationPort = 8;

    private readonly OrdinaryBoxes _addresses;
    private readonly EntryForm[] _entries;
    private readonly OddShape[] _shapes;

    /// <param name="shapes">Of each entry.</param>
    internal OddBoxes(EntryForm[] entries, OddShape[] shapes, OrdinaryBoxes addresses)
    {
        _entries = entries;
        _shapes = shapes;
        _addresses = addresses;
        Fields =
        [
            .. addresses.Fields.Take(Fragment), new(PacketKey.FragmentOffset, 0xffff), new(PacketKey.TransportLength, 0xffff),
            new(PacketKey.Protocol, 0xff), new(PacketKey.SourcePort, 0xffff), new(PacketKey.DestinationPort, 0xffff),
        ];
    }

    public IReadOnlyList<TreeField> Fields { get; }

    public (ulong Low, ulong High) Interval(int entry, int field, Region region)
    {
        ref readonly EntryForm form = ref _entries[entry];
        OddShape shape = _shapes[entry];
        return field switch
        {
            Fragment => (shape.LowFragment, shape.HighFragment),
            Protocol when form.HasProtocol && shape.AsksProtocolFirst => (shape.MeetsBroken ? (byte)0 : form.Protocol, form.Protocol),
            SourcePort when IsReadable(shape, region) => (form.SourcePort, (ulong)form.SourcePort + form.SourceWidth),
            DestinationPort when IsReadable(shape, region) => (form.DestinationPort, (ulong)form.DestinationPort + form.DestinationWidth),
            Length or Protocol or SourcePort or DestinationPort => (0, Fields[field].Mask),
            _ => _addresses.Interval(entry, field, region),
        };
    }

    /// <summary>A cut header ends the packet at the first entry that would look into it.</summary>
    public bool Ends(int entry, Region region)
    {
        ref readonly EntryForm form = ref _entries[entry];
        OddShape shape = _shapes[entry];
        if (!shape.IsPlain)
        {
            return false;
        }

        for (int field = Source; field <= DestinationLow; field++)
        {
            (ulong low, ulong high) = _addresses.Interval(entry, field, region);
            (ulong from, ulong to) = region[field];
            if (from < low || to > high)
            {
                return false;
            }
        }

        (ulong fromProtocol, ulong toProtocol) = region[Protocol];
        bool isProtocol = !form.HasProtocol || (fromProtocol == form.Protocol && toProtocol == form.Protocol);
        bool isCut = shape.Needed > 0 && region[Fragment].High == 0 && region[Length].High < (ulong)shape.Needed;
        bool asksNothing = shape.Needed == 0 && form.IsTerminal && shape.HighFragment == 0xffff && shape.LowFragment == 0;
        return isProtocol && (isCut || (asksNothing && !(form.HasProtocol && shape.MeetsBroken)));
    }

    private static bool IsReadable(OddShape shape, Region region) =>
        shape.PortsAfterLengthOnly && region[Length].Low >= (ulong)shape.Needed && region[Fragment].High == 0;
}

/// <summary>What a statement's steps ask of odd packets.</summary>
/// <param name="LowFragment">Fragment offsets below or above the bounds are missed.</param>
/// <param name="Needed">Bytes of the transport header without which the packet is dropped; 0 where none are asked for.</param>
/// <param name="AsksProtocolFirst">Nothing but a broken chain drops a packet of another protocol.</param>
/// <param name="MeetsBroken">A broken chain drops the packet, whose protocol then reads 0.</param>
/// <param name="PortsAfterLengthOnly">Where the needed bytes are there, a packet of other ports is missed.</param>
/// <param name="IsPlain">There are no other steps than those: protocol, fragment, one length, the entry's ports.</param>
internal sealed record OddShape(
    ushort LowFragment, ushort HighFragment, int Needed, bool AsksProtocolFirst, bool MeetsBroken, bool PortsAfterLengthOnly, bool IsPlain)
{
    /// <summary>Bytes of a shape in the image: u16 low fragment, u16 high fragment, u16 needed, u8 flags, one byte 0.</summary>
    internal const int Size = 8;

    private const byte ProtocolFirst = 1, Broken = 2, PortsAfterLength = 4, Plain = 8;

    /// <summary>Asks anything, in any order.</summary>
    internal static OddShape Unknown { get; } = new(0, ushort.MaxValue, 0, false, false, false, false);

    internal static OddShape Read(ReadOnlySpan<byte> at)
    {
        byte flags = at[6];
        return new(
            BinaryPrimitives.ReadUInt16LittleEndian(at), BinaryPrimitives.ReadUInt16LittleEndian(at[2..]), BinaryPrimitives.ReadUInt16LittleEndian(at[4..]),
            (flags & ProtocolFirst) != 0, (flags & Broken) != 0, (flags & PortsAfterLength) != 0, (flags & Plain) != 0);
    }

    internal void Write(Span<byte> at)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, LowFragment);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], HighFragment);
        BinaryPrimitives.WriteUInt16LittleEndian(at[4..], (ushort)Needed);
        at[6] = (byte)((AsksProtocolFirst ? ProtocolFirst : 0) | (MeetsBroken ? Broken : 0) | (PortsAfterLengthOnly ? PortsAfterLength : 0) | (IsPlain ? Plain : 0));
    }

    internal static OddShape Of(List<OpStep> steps)
    {
        ushort low = 0, high = ushort.MaxValue, droppedAt = 0;
        int needed = 0;
        bool protocolFirst = false, broken = false, plain = true, otherDrop = false, fragmentKnown = false;
        foreach (OpStep step in steps)
        {
            switch (step)
            {
                case EntryStep { Kind: OpKind.EntryProtocol }:
                    protocolFirst = needed == 0 && droppedAt == 0 && !otherDrop;
                    break;
                case EntryStep:
                    break;
                case ConditionStep { IsDrop: true, Condition: FieldTest { Field: Field.ChainBroken } }:
                    broken = true;
                    break;
                case ConditionStep { IsDrop: true, Condition: FieldTest { Field: Field.FragmentOffset, Negated: false } drop } when !fragmentKnown && drop.Mask == UInt128.MaxValue:
                    droppedAt = Math.Max(droppedAt, (ushort)drop.Value);
                    break;
                case ConditionStep { IsDrop: false, Condition: FieldTest { Field: Field.FragmentOffset, Value: var value } test } when !fragmentKnown && value == 0 && test.Mask == UInt128.MaxValue && !otherDrop && needed == 0:
                    (low, high) = test.Negated ? ((ushort)(droppedAt == 0 ? 1 : 0), ushort.MaxValue) : ((ushort)0, droppedAt);
                    fragmentKnown = true;
                    break;
                case ConditionStep { IsDrop: true, Condition: RangeTest { Field: Field.TransportLength, Negated: false, Ranges: [{ Low: var from } range] } } when from == 0 && needed == 0:
                    needed = (int)UInt128.Min(range.High + 1, ushort.MaxValue);
                    break;
                case ConditionStep { IsDrop: true }:
                    (otherDrop, plain) = (true, false);
                    break;
                default:
                    plain = false;
                    break;
            }
        }

        return new(low, high, needed, protocolFirst, broken, PortsAfterLengthOnly: !otherDrop && needed > 0, plain);
    }
}
