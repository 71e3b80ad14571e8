using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>The tuple of an IPv4 packet: R1 and R2 keep its addresses, in their order.</summary>
internal sealed class OpenTupleV4(Assembler code) : OpenTuple(code, Family.IPv4)
{
    private readonly Assembler _code = code;

    /// <summary>Which end is lower is as good as random: it is computed, not jumped by.</summary>
    internal override void EmitOrder(Label same)
    {
        LoadKey(MemorySize.Word, First, PacketKey.SourceLow);
        LoadKey(MemorySize.Word, Second, PacketKey.DestinationLow);
        _code.Jump(JumpCondition.Equal, First, Second, same);
        _code.Move(Swapped, Second);
        _code.Alu(AluOperation.Subtract, Swapped, First);
        _code.Move(Scratch, Swapped);
        _code.Alu(AluOperation.ShiftRight, Swapped, 63);

        // All ones where they change places: then what one is more than the other is taken from it, and given to that.
        _code.Alu(AluOperation.ArithmeticShiftRight, Scratch, 63);
        _code.Move(Entry, First);
        _code.Alu(AluOperation.Xor, Entry, Second);
        _code.Alu(AluOperation.And, Entry, Scratch);
        _code.Alu(AluOperation.Xor, First, Entry);
        _code.Alu(AluOperation.Xor, Second, Entry);
        EmitRest();
    }

    internal override void EmitTag()
    {
        EmitTagOfRest();
        TupleHash.EmitSum(_code, Entry, First, Seeds, 2);
        TupleHash.EmitSum(_code, Scratch, Second, Seeds, 6);
        _code.Alu(AluOperation.Multiply, Entry, Scratch);
        _code.Alu(AluOperation.Add, Tag, Entry);
        TupleHash.EmitFinish(_code);
    }

    internal override void EmitCompareEnds(Label other)
    {
        foreach ((int part, Register value) in (ReadOnlySpan<(int, Register)>)[(ConnectionTuple.FirstLow, First), (ConnectionTuple.SecondLow, Second)])
        {
            _code.Load(MemorySize.DoubleWord, Scratch, Entry, ConnectionEntry.Of(part));
            _code.Jump(JumpCondition.NotEqual, Scratch, value, other);
        }
    }
}
