using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// Finds the entry of an IPv4 packet with ports without leaving main, for <see cref="OpenConnection"/>: as <see cref="FindFunction"/>
/// does, but the tuple is in registers, and the last two choices are left to that.
/// </summary>
internal sealed class OpenLookup(Assembler code, int buckets)
{
    private const Register Tag = Register.R0, First = Register.R1, Second = Register.R2, Rest = Register.R3, Entry = Register.R4, Scratch = Register.R5;

    /// <summary>Lent: the packet's length is in the key too.</summary>
    private const Register Bucket = Frame.SkbLength;

    private const Register Swapped = Register.R7;

    /// <summary>One of each level.</summary>
    private const int Choices = TupleHash.FirstOfLast + 1;

    private readonly TupleHash _hash = new(code, Family.IPv4, buckets);
    private readonly TablePlaces _places = new(code, buckets);

    /// <summary>
    /// R4 = the entry, R7 = whether its tuple's ends are in the other order than the packet's; its place is in the key. Goes to
    /// <paramref name="missing"/> where it is not found. Loses R0 to R5.
    /// </summary>
    internal void Emit(Label missing)
    {
        Label hit = code.DefineLabel("hit"), absent = code.DefineLabel("not in the table");
        EmitTuple(missing);
        _hash.EmitTagOfRegisters(First, Second, Rest, Entry, Scratch);
        for (int choice = 0; choice < Choices; choice++)
        {
            EmitBucket(choice, hit, absent);
        }

        code.Mark(absent);
        EmitLengthBack();
        code.Jump(missing);
        code.Mark(hit);
        EmitEntry(absent);
        EmitLengthBack();
    }

    /// <summary>The lower end first, as in <see cref="ConnectionTuple"/>. Where both are of one address the packet may be its own answer.</summary>
    private void EmitTuple(Label same)
    {
        Label ordered = code.DefineLabel("ends in order");
        LoadKey(MemorySize.Word, First, PacketKey.SourceLow);
        LoadKey(MemorySize.Word, Second, PacketKey.DestinationLow);
        LoadKey(MemorySize.Half, Rest, PacketKey.SourcePort);
        LoadKey(MemorySize.Half, Entry, PacketKey.DestinationPort);
        code.Move(Swapped, 0);
        code.Jump(JumpCondition.Less, First, Second, ordered);
        code.Jump(JumpCondition.Equal, First, Second, same);
        EmitSwap(First, Second);
        EmitSwap(Rest, Entry);
        code.Move(Swapped, 1);
        code.Mark(ordered);
        code.Alu(AluOperation.ShiftLeft, Entry, 16);
        code.Alu(AluOperation.Or, Rest, Entry);
        LoadKey(MemorySize.Byte, Entry, PacketKey.Protocol);
        code.Alu(AluOperation.Or, Entry, (int)Family.IPv4 << 8);
        code.Alu(AluOperation.ShiftLeft, Entry, 32);
        code.Alu(AluOperation.Or, Rest, Entry);
    }

    private void EmitSwap(Register one, Register other)
    {
        code.Move(Tag, one);
        code.Move(one, other);
        code.Move(other, Tag);
    }

    /// <summary>Goes on with the way in the scratch register where a tag fits.</summary>
    private void EmitBucket(int choice, Label hit, Label absent)
    {
        Label found = code.DefineLabel("tag fits"), next = code.DefineLabel("next level");
        Label[] ways = [.. Enumerable.Range(0, ConnectionTable.Ways).Select(way => code.DefineLabel($"way {way}"))];
        _hash.EmitBucket(choice, Bucket, Tag);
        _places.EmitHeader(Entry, Bucket, Scratch);
        for (int way = 0; way < ConnectionTable.Ways; way++)
        {
            code.Load(MemorySize.Word, Scratch, Entry, ConnectionTable.Tags + (4 * way));
            code.Jump(JumpCondition.Equal, Scratch, Tag, ways[way]);
        }

        code.Load(MemorySize.Word, Scratch, Entry, ConnectionTable.Overflowed);
        code.Jump(JumpCondition.Equal, Scratch, 0, absent);
        code.Jump(next);
        for (int way = 0; way < ConnectionTable.Ways; way++)
        {
            code.Mark(ways[way]);
            code.Move(Scratch, way);
            code.Jump(found);
        }

        code.Mark(found);
        code.Jump(hit);
        code.Mark(next);
    }

    /// <summary>The number of the way stays what it is, but the verifier does not know its bits any more, and follows one way, not all.</summary>
    private void EmitEntry(Label absent)
    {
        code.Alu(AluOperation.Xor, Scratch, Tag);
        code.Alu(AluOperation.Xor, Scratch, Tag);
        code.Alu(AluOperation.And, Scratch, 7);
        code.Move(Entry, Bucket);
        code.Alu(AluOperation.ShiftLeft, Entry, 3);
        code.Alu(AluOperation.Or, Entry, Scratch);
        code.Alu(AluOperation.Add, Entry, 1);
        code.Store(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.ConnectionPlace, Entry);
        code.Alu(AluOperation.Multiply, Scratch, ConnectionEntry.Size);
        code.Alu(AluOperation.Multiply, Bucket, ConnectionTable.Ways * ConnectionEntry.Size);
        code.Alu(AluOperation.Add, Scratch, Bucket);
        code.LoadMapValue(Entry, WellKnownMaps.Connections, ConnectionTable.EntryAt(buckets, 0, 0));
        code.Alu(AluOperation.Add, Entry, Scratch);
        EmitCompare(ConnectionTuple.FirstLow, First, absent);
        EmitCompare(ConnectionTuple.SecondLow, Second, absent);
        EmitCompare(ConnectionTuple.FirstPort, Rest, absent);
    }

    private void EmitCompare(int word, Register value, Label absent)
    {
        code.Load(MemorySize.DoubleWord, Scratch, Entry, ConnectionEntry.Tuple + word);
        code.Jump(JumpCondition.NotEqual, Scratch, value, absent);
    }

    private void EmitLengthBack() => LoadKey(MemorySize.Word, Bucket, PacketKey.PacketLength);

    private void LoadKey(MemorySize size, Register result, int at) => code.Load(size, result, Register.R10, Frame.MainKey + at);
}
