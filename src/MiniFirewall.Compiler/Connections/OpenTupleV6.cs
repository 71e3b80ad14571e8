using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>The tuple of an IPv6 packet: its addresses stay in the key, and are looked at in their order by what R7 says.</summary>
internal sealed class OpenTupleV6(Assembler code, TablePlaces places) : OpenTuple(code, Family.IPv6)
{
    private const int EndBytes = PacketKey.DestinationHigh - PacketKey.SourceHigh;

    private readonly Assembler _code = code;

    /// <summary>Which end is lower is as good as random: it is computed, not jumped by, from the halves that differ.</summary>
    internal override void EmitOrder(Label same)
    {
        const Register Source = First, Destination = Second, Chosen = Scratch;
        Label differ = _code.DefineLabel("halves differ");
        LoadKey(MemorySize.DoubleWord, Source, PacketKey.SourceHigh);
        LoadKey(MemorySize.DoubleWord, Destination, PacketKey.DestinationHigh);
        _code.Jump(JumpCondition.NotEqual, Source, Destination, differ);
        LoadKey(MemorySize.DoubleWord, Source, PacketKey.SourceLow);
        LoadKey(MemorySize.DoubleWord, Destination, PacketKey.DestinationLow);
        _code.Jump(JumpCondition.Equal, Source, Destination, same);
        _code.Mark(differ);

        // The highest bit of the difference tells, but where those of the numbers differ: there it is the source's.
        _code.Move(Swapped, Destination);
        _code.Alu(AluOperation.Subtract, Swapped, Source);
        _code.Alu(AluOperation.Xor, Destination, Source);
        _code.Move(Chosen, Swapped);
        _code.Alu(AluOperation.Xor, Chosen, Source);
        _code.Alu(AluOperation.And, Chosen, Destination);
        _code.Alu(AluOperation.Xor, Swapped, Chosen);
        _code.Alu(AluOperation.ShiftRight, Swapped, 63);
        EmitRest();
    }

    internal override void EmitTag()
    {
        EmitTagOfRest();
        EmitTagOfEnd(isFirst: true, firstWord: 0);
        EmitTagOfEnd(isFirst: false, firstWord: 4);
        TupleHash.EmitFinish(_code);
    }

    /// <summary>The ends of the entry, whose low halves stand side by side, as do the high ones, are looked at in the packet's order.</summary>
    internal override void EmitCompareEnds(Label other)
    {
        const int HalfShift = 3;
        int highLine = ConnectionEntry.LineOf(ConnectionEntry.Of(ConnectionTuple.FirstHigh));
        _code.Move(First, Swapped);
        _code.Alu(AluOperation.ShiftLeft, First, HalfShift);
        _code.Alu(AluOperation.Add, First, Entry);
        EmitCompareHalf(PacketKey.SourceLow, ConnectionTuple.FirstLow, other);
        places.EmitMove(First, highLine);
        EmitCompareHalf(PacketKey.SourceHigh, ConnectionTuple.FirstHigh, other);
        _code.Move(First, Swapped);
        _code.Alu(AluOperation.Xor, First, 1);
        _code.Alu(AluOperation.ShiftLeft, First, HalfShift);
        _code.Alu(AluOperation.Add, First, Entry);
        EmitCompareHalf(PacketKey.DestinationLow, ConnectionTuple.FirstLow, other);
        places.EmitMove(First, highLine);
        EmitCompareHalf(PacketKey.DestinationHigh, ConnectionTuple.FirstHigh, other);
    }

    private void EmitCompareHalf(int key, int part, Label other)
    {
        LoadKey(MemorySize.DoubleWord, Second, key);
        _code.Load(MemorySize.DoubleWord, Scratch, First, ConnectionEntry.InLine(ConnectionEntry.Of(part)));
        _code.Jump(JumpCondition.NotEqual, Scratch, Second, other);
    }

    private void EmitTagOfEnd(bool isFirst, int firstWord)
    {
        _code.Move(First, Swapped);
        if (!isFirst)
        {
            _code.Alu(AluOperation.Xor, First, 1);
        }

        _code.Alu(AluOperation.ShiftLeft, First, int.Log2(EndBytes));
        _code.Alu(AluOperation.Add, First, Register.R10);
        foreach ((int half, int word) in (ReadOnlySpan<(int, int)>)[(PacketKey.SourceHigh, firstWord), (PacketKey.SourceLow, firstWord + 2)])
        {
            _code.Load(MemorySize.Word, Second, First, Frame.MainKey + half);
            TupleHash.EmitSum(_code, Entry, Second, Seeds, word);
            _code.Load(MemorySize.Word, Second, First, Frame.MainKey + half + 4);
            TupleHash.EmitSum(_code, Scratch, Second, Seeds, word + 1);
            _code.Alu(AluOperation.Multiply, Entry, Scratch);
            _code.Alu(AluOperation.Add, Tag, Entry);
        }
    }
}
