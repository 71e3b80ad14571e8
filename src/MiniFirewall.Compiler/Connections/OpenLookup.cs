using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// Finds the entry of a packet with ports without leaving main, for <see cref="OpenConnection"/>: as <see cref="FindFunction"/>
/// does, but the tuple is not put together (<see cref="OpenTuple"/>).
/// </summary>
internal sealed class OpenLookup(Assembler code, Family family, int buckets)
{
    private const Register Tag = Register.R0, Rest = Register.R3, Entry = Register.R4, Scratch = Register.R5;

    /// <summary>Lent: the packet's length is in the key too.</summary>
    private const Register Bucket = Frame.SkbLength;

    private readonly TupleHash _hash = new(code, family, buckets);
    private readonly TablePlaces _places = new(code, buckets);
    private readonly OpenTuple _tuple = OpenTuple.For(code, family, new(code, buckets));

    /// <summary>
    /// R4 = the entry, R7 = whether its tuple's ends are in the other order than the packet's; its place is in the key. Goes to
    /// <paramref name="absent"/> where it is not in the table, to <paramref name="missing"/> where it is not found. Loses R0 to R5.
    /// </summary>
    internal void Emit(Label absent, Label missing)
    {
        Label hit = code.DefineLabel("hit"), likely = code.DefineLabel("hit where it is likely"), tagged = code.DefineLabel("tag fits"), nowhere = code.DefineLabel("not in the table"), unknown = code.DefineLabel("not found");
        _tuple.EmitOrder(missing);
        _tuple.EmitTag();
        for (int choice = 0; choice < TupleHash.FirstOfLast; choice++)
        {
            EmitLikely(choice, isFirst: choice == 0, likely);
            EmitTags(tagged, nowhere);
        }

        EmitTouchLast();
        for (int choice = TupleHash.FirstOfLast; choice < TupleHash.Choices; choice++)
        {
            EmitLikely(choice, isFirst: false, likely);
        }

        for (int choice = TupleHash.FirstOfLast; choice < TupleHash.Choices; choice++)
        {
            _hash.EmitBucket(choice, Bucket, Tag);
            EmitTags(tagged, nowhere);
        }

        code.Mark(nowhere);
        EmitLengthBack();
        code.Jump(absent);
        code.Mark(unknown);
        EmitLengthBack();
        code.Jump(missing);
        code.Mark(tagged);
        EmitTagged(unknown);
        code.Jump(hit);
        code.Mark(likely);
        TupleHash.EmitWay(code, Tag, Tag);
        code.Mark(hit);
        EmitPlace();
        EmitLengthBack();
    }

    /// <summary>
    /// Looks where the connection is most likely in a choice's bucket, which is in its register then. On the first level that is the entry itself, for most
    /// packets need nothing else; on the others its tag first. An entry that is just given to another connection has ended for who reads on, for that is
    /// written first.
    /// </summary>
    private void EmitLikely(int choice, bool isFirst, Label hit)
    {
        Label elsewhere = code.DefineLabel("elsewhere");
        _hash.EmitBucket(choice, Bucket, Tag);
        if (!isFirst)
        {
            EmitJumpUnlessTagged(elsewhere);
        }

        TupleHash.EmitWay(code, Scratch, Tag);
        EmitEntry();
        EmitCompare(elsewhere);
        code.Jump(hit);
        code.Mark(elsewhere);
    }

    /// <summary>Goes on with the way in the scratch register where a tag of the bucket fits; else on, or to the other label where nothing is behind it.</summary>
    private void EmitTags(Label tagged, Label absent)
    {
        Label end = code.DefineLabel("no tag fits");
        Label[] ways = [.. Enumerable.Range(0, ConnectionTable.Ways).Select(way => code.DefineLabel($"way {way}"))];
        _places.EmitHeader(Entry, Bucket, Scratch);
        for (int way = 0; way < ConnectionTable.Ways; way++)
        {
            code.Load(MemorySize.Word, Scratch, Entry, ConnectionTable.Tags + (4 * way));
            code.Jump(JumpCondition.Equal, Scratch, Tag, ways[way]);
        }

        code.Load(MemorySize.Word, Scratch, Entry, ConnectionTable.Overflowed);
        code.Jump(end);
        for (int way = 0; way < ConnectionTable.Ways; way++)
        {
            code.Mark(ways[way]);
            code.Move(Scratch, way);
            code.Jump(tagged);
        }

        code.Mark(end);
        code.Jump(JumpCondition.Equal, Scratch, 0, absent);
    }

    /// <summary>The number of the way stays what it is, but the verifier does not know its bits any more, and follows one way, not all.</summary>
    private void EmitTagged(Label absent)
    {
        code.Alu(AluOperation.Xor, Scratch, Tag);
        code.Alu(AluOperation.Xor, Scratch, Tag);
        code.Alu(AluOperation.And, Scratch, 7);
        code.Move(Tag, Scratch);
        EmitEntry();
        EmitCompare(absent);
    }

    /// <summary>R4 = the entry of the way in the scratch register.</summary>
    private void EmitEntry()
    {
        code.Alu(AluOperation.Multiply, Scratch, ConnectionEntry.LineSize);
        code.Move(Entry, Bucket);
        code.Alu(AluOperation.Multiply, Entry, ConnectionTable.Ways * ConnectionEntry.LineSize);
        code.Alu(AluOperation.Add, Entry, Scratch);
        code.LoadMapValue(Scratch, WellKnownMaps.Connections, ConnectionTable.LineAt(buckets, 0, 0, 0));
        code.Alu(AluOperation.Add, Entry, Scratch);
    }

    /// <summary>Where the entry is not that of the packet, goes to the label.</summary>
    private void EmitCompare(Label other)
    {
        EmitTouch();
        _tuple.EmitCompareEnds(other);
        code.Load(MemorySize.DoubleWord, Scratch, Entry, ConnectionEntry.Of(ConnectionTuple.FirstPort));
        code.Jump(JumpCondition.NotEqual, Scratch, Rest, other);
    }

    /// <summary>
    /// Goes where the most likely way has another tag. Mostly it has not, and the processor that expects so asks for the entry at the same
    /// time as for the tag.
    /// </summary>
    private void EmitJumpUnlessTagged(Label elsewhere)
    {
        _places.EmitHeader(Entry, Bucket, Scratch);
        TupleHash.EmitWay(code, Scratch, Tag);
        code.Alu(AluOperation.ShiftLeft, Scratch, 2);
        code.Alu(AluOperation.Add, Entry, Scratch);
        code.Load(MemorySize.Word, Scratch, Entry, ConnectionTable.Tags);
        code.Jump(JumpCondition.NotEqual, Scratch, Tag, elsewhere);
    }

    /// <summary>
    /// Of the last level the headers, and the entry that is the most likely one, are asked for before it is known which of them tells more: then all come at
    /// the same time.
    /// </summary>
    private void EmitTouchLast()
    {
        for (int choice = TupleHash.Choices - 1; choice >= TupleHash.FirstOfLast; choice--)
        {
            _hash.EmitBucket(choice, Bucket, Tag);
            _places.EmitHeader(Entry, Bucket, Scratch);
            code.Load(MemorySize.Word, Scratch, Entry, ConnectionTable.Tags);
        }

        // The bucket is that of the first choice now.
        TupleHash.EmitWay(code, Scratch, Tag);
        EmitEntry();
        code.Load(MemorySize.Word, Scratch, Entry, 0);
        EmitTouch();
    }

    /// <summary>TCP's cache line is asked for before the first one tells whether it is wanted: then both come at the same time.</summary>
    private void EmitTouch()
    {
        Label notTcp = code.DefineLabel("udp has one line");
        LoadKey(MemorySize.Byte, Scratch, PacketKey.Protocol);
        code.Jump(JumpCondition.NotEqual, Scratch, IpProtocol.Tcp, notTcp);
        _places.EmitLoad(MemorySize.DoubleWord, Scratch, Entry, ConnectionEntry.Sides);
        code.Mark(notTcp);
    }

    /// <summary>Tells questions of rules where the entry is. The way is in the tag's register.</summary>
    private void EmitPlace()
    {
        code.Alu(AluOperation.ShiftLeft, Bucket, 3);
        code.Alu(AluOperation.Or, Bucket, Tag);
        code.Alu(AluOperation.Add, Bucket, 1);
        code.Store(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.ConnectionPlace, Bucket);
    }

    private void EmitLengthBack() => LoadKey(MemorySize.Word, Bucket, PacketKey.PacketLength);

    private void LoadKey(MemorySize size, Register result, int at) => code.Load(size, result, Register.R10, Frame.MainKey + at);
}
