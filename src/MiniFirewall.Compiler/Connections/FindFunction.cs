using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The function find_connection(tuple): 1 plus the place of the tuple's entry in the table, which may have expired; 0 where there is
/// none. A function of its own so that the verifier sees one place, not one for each way.
/// </summary>
internal sealed class FindFunction(Assembler code, Family family, int buckets)
{
    private const Register Tag = Register.R0, Tuple = Register.R1, Bucket = Register.R2, Header = Register.R3, Entries = Register.R4, Scratch = Register.R5, Word = Register.R6;

    private readonly TupleHash _hash = new(code, family, buckets);
    private readonly TablePlaces _places = new(code, buckets);

    /// <summary>The words of a tuple that tell it from others of its family.</summary>
    private ReadOnlySpan<int> Words => family == Family.IPv4
        ? [ConnectionTuple.FirstPort, ConnectionTuple.FirstLow, ConnectionTuple.SecondLow]
        : [ConnectionTuple.FirstPort, ConnectionTuple.FirstLow, ConnectionTuple.SecondLow, ConnectionTuple.FirstHigh, ConnectionTuple.SecondHigh];

    internal void Emit(Label entry)
    {
        Label none = code.DefineLabel("no entry");
        code.BeginFunction(new Function("find_connection", IsGlobal: true, [new BytesParameter("tuple", ConnectionTuple.Size)]), entry);
        NullGuard.Emit(code, Tuple, 0);
        _hash.EmitTag(Tuple);
        for (int choice = 0; choice < TupleHash.Choices; choice++)
        {
            _hash.EmitBucket(choice, Bucket, Tag);
            EmitBucket(none);
        }

        code.Mark(none);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    private void EmitBucket(Label none)
    {
        _places.EmitHeader(Header, Bucket, Scratch);
        _places.EmitEntries(Entries, Bucket, Scratch);
        for (int way = 0; way < ConnectionTable.Ways; way++)
        {
            EmitWay(way);
        }

        code.Load(MemorySize.Word, Scratch, Header, ConnectionTable.Overflowed);
        code.Jump(JumpCondition.Equal, Scratch, 0, none);
    }

    private void EmitWay(int way)
    {
        Label next = code.DefineLabel("next way");
        code.Load(MemorySize.Word, Scratch, Header, ConnectionTable.Tags + (4 * way));
        code.Jump(JumpCondition.NotEqual, Scratch, Tag, next);
        foreach (int word in Words)
        {
            _places.EmitLoad(MemorySize.DoubleWord, Scratch, Entries, ConnectionEntry.Of(word), way);
            code.Load(MemorySize.DoubleWord, Word, Tuple, word);
            code.Jump(JumpCondition.NotEqual, Scratch, Word, next);
        }

        code.Move(Register.R0, Bucket);
        code.Alu(AluOperation.ShiftLeft, Register.R0, 3);
        code.Alu(AluOperation.Add, Register.R0, way + 1);
        code.Exit();
        code.Mark(next);
    }
}
