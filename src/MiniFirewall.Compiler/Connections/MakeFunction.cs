using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The function make_connection(tuple): <see cref="FirstPlace"/> plus the place of a new entry, empty but for the tuple;
/// <see cref="NoRoom"/>; or <see cref="Busy"/> where another processor took the same place. What has expired makes room first, then what
/// has not been answered for longest, then what is not assured; assured connections stay, whatever comes (nf_conntrack_core.c,
/// early_drop).
/// </summary>
internal sealed class MakeFunction(Assembler code, Family family, int buckets)
{
    internal const int NoRoom = 0, Busy = 1, FirstPlace = 2;

    private const Register Tuple = Register.R6, Tag = Register.R7, Now = Register.R8, Bucket = Register.R9, Best = Register.R5, Header = Register.R3;
    private const int WayBits = 3, BucketBits = 20, TickMask = (1 << ConnectionTable.ClassShift) - 1;

    /// <summary>In the frame: the least of (rank, way, bucket) as one number; the rank of the way that is taken.</summary>
    private const int LeastAt = -8, RankAt = -16;

    private readonly TupleHash _hash = new(code, family, buckets);
    private readonly TablePlaces _places = new(code, buckets);
    private readonly Label _take = code.DefineLabel("take"), _busy = code.DefineLabel("busy");

    internal void Emit(Label entry)
    {
        code.BeginFunction(new Function("make_connection", IsGlobal: true, [new BytesParameter("tuple", ConnectionTuple.Size)]), entry);
        NullGuard.Emit(code, Register.R1, NoRoom);
        code.Move(Tuple, Register.R1);
        _hash.EmitTag(Tuple);
        code.Move(Tag, Register.R0);
        code.Call(Helper.Jiffies64);
        code.Move(Now, Register.R0);
        code.Alu(AluOperation.ShiftRight, Now, ConnectionTable.TickShift);
        code.Move(Register.R1, -1);
        code.Store(MemorySize.DoubleWord, Register.R10, LeastAt, Register.R1);
        for (int choice = 0; choice < TupleHash.FirstOfLast; choice++)
        {
            EmitPreferred(choice);
            EmitBucket(choice);
        }

        for (int choice = TupleHash.FirstOfLast; choice < TupleHash.Choices; choice++)
        {
            EmitPreferred(choice);
        }

        for (int choice = TupleHash.FirstOfLast; choice < TupleHash.Choices; choice++)
        {
            EmitBucket(choice);
        }

        EmitEvict();
        code.Mark(_take);
        EmitTake();
        code.Mark(_busy);
        code.Move(Register.R0, Busy);
        code.Exit();
    }

    /// <summary>Goes on with the way to take in <see cref="Best"/> where the bucket has one that is free; else notes what would go first.</summary>
    private void EmitBucket(int choice)
    {
        const Register Ranks = Register.R4, Number = Register.R1, Rank = Register.R2;
        Label smaller = code.DefineLabel("smaller");
        _hash.EmitBucket(choice, Bucket, Tag);
        _places.EmitHeader(Header, Bucket, Ranks);
        code.Move(Ranks, Header);
        _places.EmitToRanks(Ranks);

        code.Move(Best, -1);
        EmitForget(Best);
        for (int way = 0; way < ConnectionTable.Ways; way++)
        {
            Label next = code.DefineLabel("next way"), alive = code.DefineLabel("alive");
            code.Load(MemorySize.Word, Number, Header, ConnectionTable.Tags + (4 * way));
            code.Jump(JumpCondition.Equal, Number, (int)ConnectionTable.Claimed, next);
            code.Load(MemorySize.Word, Rank, Ranks, 4 * way);
            EmitJumpIfAlive(Rank, Number, alive);
            code.Store(MemorySize.Word, Register.R10, RankAt, Rank);
            code.Move(Best, way);
            code.Jump(_take);
            code.Mark(alive);
            code.Alu(AluOperation.ShiftLeft, Rank, WayBits);
            code.Alu(AluOperation.Or, Rank, way);
            code.Jump(JumpCondition.GreaterOrEqual, Rank, Best, next);
            code.Move(Best, Rank);
            EmitForget(Best);
            code.Mark(next);
        }

        code.StoreImmediate(MemorySize.Word, Header, ConnectionTable.Overflowed, 1);
        code.Alu(AluOperation.ShiftLeft, Best, BucketBits);
        code.Alu(AluOperation.Or, Best, Bucket);
        code.Load(MemorySize.DoubleWord, Number, Register.R10, LeastAt);
        code.Jump(JumpCondition.GreaterOrEqual, Best, Number, smaller);
        EmitForget(Best);
        code.Store(MemorySize.DoubleWord, Register.R10, LeastAt, Best);
        code.Mark(smaller);
    }

    /// <summary>Compares without a word to the verifier about the time, which would be another number to it behind each way.</summary>
    private void EmitJumpIfAlive(Register rank, Register number, Label alive)
    {
        code.Move(number, rank);
        code.Alu(AluOperation.And, number, TickMask);
        code.Alu(AluOperation.Subtract, number, Now);
        code.Jump(JumpCondition.SignedGreaterOrEqual, number, 0, alive);
    }

    /// <summary>Takes the way where the connection is looked for first, if that is free; else its bucket says that looking goes on.</summary>
    private void EmitPreferred(int choice)
    {
        const Register Way = Register.R4, Number = Register.R1, Rank = Register.R2;
        Label taken = code.DefineLabel("taken");
        _hash.EmitBucket(choice, Bucket, Tag);
        _places.EmitHeader(Header, Bucket, Way);
        TupleHash.EmitWay(code, Best, Tag);
        code.Alu(AluOperation.And, Best, 7);
        code.Move(Way, Best);
        code.Alu(AluOperation.ShiftLeft, Way, 2);
        code.Alu(AluOperation.Add, Way, Header);
        code.Load(MemorySize.Word, Number, Way, ConnectionTable.Tags);
        code.Jump(JumpCondition.Equal, Number, (int)ConnectionTable.Claimed, taken);
        _places.EmitToRanks(Way);
        code.Load(MemorySize.Word, Rank, Way, 0);
        EmitJumpIfAlive(Rank, Number, taken);
        code.Store(MemorySize.Word, Register.R10, RankAt, Rank);
        code.Jump(_take);
        code.Mark(taken);
        if (choice >= TupleHash.FirstOfLast)
        {
            code.StoreImmediate(MemorySize.Word, Header, ConnectionTable.Overflowed, 1);
        }
    }

    /// <summary>
    /// The number stays what it is, but the verifier, who otherwise follows every way of every bucket on its own, does not know any of its
    /// bits. Loses R1.
    /// </summary>
    private void EmitForget(Register number)
    {
        code.Load(MemorySize.DoubleWord, Register.R1, Tuple, 0);
        code.Alu(AluOperation.Xor, number, Register.R1);
        code.Alu(AluOperation.Xor, number, Register.R1);
    }

    private void EmitEvict()
    {
        Label room = code.DefineLabel("room");
        code.Load(MemorySize.DoubleWord, Best, Register.R10, LeastAt);
        code.Move(Bucket, Best);
        code.Alu(AluOperation.And, Bucket, (1 << BucketBits) - 1);
        code.Alu(AluOperation.ShiftRight, Best, BucketBits);
        code.Move(Register.R1, Best);
        code.Alu(AluOperation.ShiftRight, Register.R1, WayBits + ConnectionTable.ClassShift);
        code.Jump(JumpCondition.Less, Register.R1, 2, room);
        code.LoadMapValue(Register.R1, WellKnownMaps.Tracking, TrackingTable.Refused);
        code.Move(Register.R2, 1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R1, 0, Register.R2);
        code.Move(Register.R0, NoRoom);
        code.Exit();
        code.Mark(room);
        code.Move(Register.R1, Best);
        code.Alu(AluOperation.ShiftRight, Register.R1, WayBits);
        code.Store(MemorySize.Word, Register.R10, RankAt, Register.R1);
        code.Alu(AluOperation.And, Best, 7);
    }

    /// <summary>
    /// The way in <see cref="Best"/> of the bucket: claimed, so that no other processor writes it; written; then found by its tag.
    /// </summary>
    private void EmitTake()
    {
        const Register Entry = Register.R4;
        EmitForget(Best);
        EmitForget(Bucket);
        code.Alu(AluOperation.ShiftLeft, Bucket, WayBits);
        code.Alu(AluOperation.Or, Bucket, Best);
        code.Move(Register.R1, Bucket);
        _places.EmitTag(Header, Register.R1, Register.R2);
        code.Load(MemorySize.Word, Register.R0, Header, 0);
        code.Jump(JumpCondition.Equal, Register.R0, (int)ConnectionTable.Claimed, _busy);
        code.Move(Register.R1, (int)ConnectionTable.Claimed);
        code.Move(Register.R2, Register.R0);
        code.AtomicCompareExchange(MemorySize.Word, Header, 0, Register.R1);
        code.Jump(JumpCondition.NotEqual, Register.R0, Register.R2, _busy, OperandWidth.Bits32);
        EmitCheckUnchanged(Header);
        code.Alu(AluOperation.Add, Now, 1);
        code.Move(Register.R1, Header);
        _places.EmitToRanks(Register.R1);
        code.Store(MemorySize.Word, Register.R1, 0, Now);
        code.Move(Register.R1, Bucket);
        _places.EmitEntry(Entry, Register.R1, Register.R2);

        // Who has found the one before, and reads on, finds that it has ended.
        code.StoreImmediate(MemorySize.DoubleWord, Entry, ConnectionEntry.Expires, 0);
        for (int at = 0; at < ConnectionEntry.Size; at += 8)
        {
            _places.EmitMove(Entry, at > 0 && ConnectionEntry.InLine(at) == 0 ? 1 : 0);
            EmitWord(Entry, at);
        }

        code.AtomicExchange(MemorySize.Word, Header, 0, Tag);
        code.Move(Register.R0, Bucket);
        code.Alu(AluOperation.Add, Register.R0, FirstPlace);
        code.Exit();
    }

    /// <summary>
    /// Another processor may have taken the way and let go of it since its rank was looked at: then it has another rank, its tag in R0 goes
    /// back, and a place is looked for again.
    /// </summary>
    private void EmitCheckUnchanged(Register header)
    {
        Label unchanged = code.DefineLabel("unchanged");
        code.Move(Register.R1, header);
        _places.EmitToRanks(Register.R1);
        code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        code.Load(MemorySize.Word, Register.R2, Register.R10, RankAt);
        code.Jump(JumpCondition.Equal, Register.R1, Register.R2, unchanged, OperandWidth.Bits32);
        code.AtomicExchange(MemorySize.Word, header, 0, Register.R0);
        code.Jump(_busy);
        code.Mark(unchanged);
    }

    /// <summary>A word of the entry's line that the register points to.</summary>
    private void EmitWord(Register line, int at)
    {
        if (ConnectionEntry.TuplePartAt(at) is not { } part)
        {
            code.StoreImmediate(MemorySize.DoubleWord, line, ConnectionEntry.InLine(at), 0);
            return;
        }

        code.Load(MemorySize.DoubleWord, Register.R1, Tuple, part);
        code.Store(MemorySize.DoubleWord, line, ConnectionEntry.InLine(at), Register.R1);
    }
}
