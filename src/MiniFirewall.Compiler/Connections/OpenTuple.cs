using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>The tuple of a packet with ports, for <see cref="OpenLookup"/>: in registers and in the key, and nowhere else.</summary>
internal abstract class OpenTuple(Assembler code, Family family)
{
    private protected const Register Tag = Register.R0, First = Register.R1, Second = Register.R2, Rest = Register.R3, Entry = Register.R4, Scratch = Register.R5;

    /// <summary>1 where the tuple's ends are in the other order than the packet's, else 0.</summary>
    private protected const Register Swapped = Register.R7;

    /// <summary>Lent: it is the packet's length, which is in the key too.</summary>
    private protected const Register Seeds = Frame.SkbLength;

    internal static OpenTuple For(Assembler code, Family family, TablePlaces places) => family == Family.IPv4 ? new OpenTupleV4(code) : new OpenTupleV6(code, places);

    /// <summary>R7 = whether the ends change places, the lower one being first; R3 = all but the addresses. Loses R0 to R5.</summary>
    /// <param name="same">Both ends have one address: the packet may be its own answer.</param>
    internal abstract void EmitOrder(Label same);

    /// <summary>R0 = the tag. Loses R4, R5 and R9, and what R1 and R2 are not kept for.</summary>
    internal abstract void EmitTag();

    /// <summary>Goes to the label where the entry in R4 has other addresses. Loses R5, and what R1 and R2 are not kept for.</summary>
    internal abstract void EmitCompareEnds(Label other);

    /// <summary>R3 = ports, protocol and family, as they stand in a tuple.</summary>
    private protected void EmitRest()
    {
        LoadKey(MemorySize.Half, Rest, PacketKey.SourcePort);
        LoadKey(MemorySize.Half, Entry, PacketKey.DestinationPort);
        code.Alu(AluOperation.ShiftLeft, Entry, 16);
        code.Alu(AluOperation.Or, Rest, Entry);

        // Twice, one beside the other: half a turn is a shift.
        code.Move(Entry, Rest);
        code.Alu(AluOperation.ShiftLeft, Entry, 32);
        code.Alu(AluOperation.Or, Rest, Entry);
        code.Move(Entry, Swapped);
        code.Alu(AluOperation.ShiftLeft, Entry, 4);
        code.Alu(AluOperation.ShiftRight, Rest, Entry);
        code.Alu(AluOperation.Move, Rest, Rest, OperandWidth.Bits32);
        LoadKey(MemorySize.Byte, Entry, PacketKey.Protocol);
        code.Alu(AluOperation.Or, Entry, (int)family << 8);
        code.Alu(AluOperation.ShiftLeft, Entry, 32);
        code.Alu(AluOperation.Or, Rest, Entry);
    }

    /// <summary>R0 = what the words beside the addresses give the tag.</summary>
    private protected void EmitTagOfRest()
    {
        code.LoadMapValue(Seeds, WellKnownMaps.Tracking, TrackingTable.Seeds);
        code.Alu(AluOperation.Move, Tag, Rest, OperandWidth.Bits32);
        TupleHash.EmitSum(code, Entry, Tag, Seeds, 8);
        code.Move(Tag, Rest);
        code.Alu(AluOperation.ShiftRight, Tag, 32);
        TupleHash.EmitSum(code, Scratch, Tag, Seeds, 9);
        code.Alu(AluOperation.Multiply, Entry, Scratch);
        code.Move(Tag, Entry);
    }

    private protected void LoadKey(MemorySize size, Register result, int at) => code.Load(size, result, Register.R10, Frame.MainKey + at);
}
