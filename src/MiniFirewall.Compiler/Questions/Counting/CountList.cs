using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions.Counting;

/// <summary>
/// The list of connections of one address (<see cref="CountLayout"/>): its segments, a place for another connection, its end. Nobody waits for
/// anybody: who takes a place says so afterwards, so that a list which another processor has cut short before it is made longer again.
/// </summary>
internal sealed class CountList(ConnectionsAbove question, QuestionFunction function)
{
    /// <summary>The list's first segment, from <see cref="EmitFind"/> on.</summary>
    internal const Register Header = Register.R9;

    private const Register Slot = Register.R7;

    private readonly Assembler _code = function.Code;

    /// <summary>Whether lists of so many places have more than one segment.</summary>
    internal static bool IsSegmented(int slots) => slots > CountLayout.SegmentSlots;

    /// <summary>The list of the packet's address, which may be new, and where it ends; goes to No where there is no memory. Loses R0 to R5.</summary>
    internal void EmitFind()
    {
        EmitKey();
        EmitSegment(function.No);
        _code.Move(Header, Register.R0);
        StackFrame.Store(_code, MemorySize.DoubleWord, CountFrame.Bytes, CountFrame.Segment, Header);
        _code.Load(MemorySize.DoubleWord, Register.R1, Header, CountLayout.End);
        StackFrame.Store(_code, MemorySize.DoubleWord, CountFrame.Bytes, CountFrame.End, Register.R1);
    }

    /// <summary>
    /// Remembers the packet's connection in the first free place, else at the list's end; goes to the label where there is none. Loses R0 to R5 and R7.
    /// </summary>
    internal void EmitInsert(Label done)
    {
        Label append = _code.DefineLabel("append"), place = _code.DefineLabel("place");
        _code.Load(MemorySize.Word, Register.R1, Header, CountLayout.Hole);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, append);
        EmitPlace(append);
        _code.Load(MemorySize.Word, Register.R2, Slot, CountLayout.HeaderSize + CountLayout.NextHole);
        StackFrame.Load(_code, MemorySize.Word, Register.R0, CountFrame.Bytes, CountFrame.FreeSlot);
        _code.Move(Register.R1, Register.R0);
        _code.AtomicCompareExchange(MemorySize.Word, Header, CountLayout.Hole, Register.R2);
        _code.Jump(JumpCondition.Equal, Register.R0, Register.R1, place, OperandWidth.Bits32);
        _code.Mark(append);
        _code.Load(MemorySize.Word, Register.R1, Header, CountLayout.End);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, question.Slots, done);
        _code.LoadConstant(Register.R1, (1UL << CountLayout.ChangesShift) + 1);
        _code.AtomicFetchAdd(MemorySize.DoubleWord, Header, CountLayout.End, Register.R1);
        _code.Alu(AluOperation.Add, Register.R1, 1, OperandWidth.Bits32);
        EmitPlace(done);
        _code.Mark(place);
        EmitFill(done);
        EmitLengthen(done);
    }

    /// <summary>
    /// Says which places the walk has found free, and cuts off what is not in use at the list's end, if nobody has changed the list since the walk began. Loses R0 to R2.
    /// </summary>
    internal void EmitTidy()
    {
        Label done = _code.DefineLabel("as long as it was");
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.FreeSlot);
        _code.Store(MemorySize.Word, Header, CountLayout.Hole, Register.R1);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.Last);
        StackFrame.Load(_code, MemorySize.DoubleWord, Register.R0, CountFrame.Bytes, CountFrame.End);
        _code.Alu(AluOperation.Move, Register.R2, Register.R0, OperandWidth.Bits32);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, Register.R2, done);
        _code.Move(Register.R2, Register.R0);
        _code.Alu(AluOperation.ShiftRight, Register.R2, CountLayout.ChangesShift);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, CountLayout.ChangesShift);
        _code.Alu(AluOperation.Or, Register.R1, Register.R2);
        _code.AtomicCompareExchange(MemorySize.DoubleWord, Header, CountLayout.End, Register.R1);
        _code.Mark(done);
    }

    /// <summary>The statement's number, the first segment's, and the address under its mask.</summary>
    private void EmitKey()
    {
        bool isV4 = function.Family == Family.IPv4;
        UInt128 mask = question.Prefix == 0 ? 0 : UInt128.MaxValue << ((isV4 ? 32 : 128) - question.Prefix);
        _code.Alu(AluOperation.Move, Register.R1, QuestionFunction.Argument, OperandWidth.Bits32);
        StackFrame.Store(_code, MemorySize.DoubleWord, CountFrame.Bytes, CountFrame.MapKey, Register.R1);
        EmitHalf(8, question.ByDestination ? PacketKey.DestinationHigh : PacketKey.SourceHigh, isV4 ? 0 : (ulong)(mask >> 64));
        EmitHalf(16, question.ByDestination ? PacketKey.DestinationLow : PacketKey.SourceLow, isV4 ? (uint)mask : (ulong)mask);

        void EmitHalf(int to, int from, ulong bits)
        {
            _code.LoadConstant(Register.R1, bits);
            if (bits != 0)
            {
                _code.Load(isV4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R2, QuestionFunction.Key, from);
                _code.Alu(AluOperation.And, Register.R1, Register.R2);
            }

            StackFrame.Store(_code, MemorySize.DoubleWord, CountFrame.Bytes, CountFrame.MapKey + to, Register.R1);
        }
    }

    /// <summary>R0 = the segment that the key says, which may be new.</summary>
    private void EmitSegment(Label none)
    {
        const int NoExist = 1; // BPF_NOEXIST
        Label known = _code.DefineLabel("segment known");
        EmitLookUp();
        _code.Jump(JumpCondition.NotEqual, Register.R0, 0, known);
        _code.LoadMap(Register.R1, CountLayout.Counted);
        StackFrame.Address(_code, Register.R2, CountFrame.Bytes, CountFrame.MapKey);
        _code.LoadMapValue(Register.R3, CountLayout.Empty);
        _code.Move(Register.R4, NoExist);
        _code.Call(Helper.MapUpdateElement);
        EmitLookUp();
        _code.Jump(JumpCondition.Equal, Register.R0, 0, none);
        _code.Mark(known);

        void EmitLookUp()
        {
            _code.LoadMap(Register.R1, CountLayout.Counted);
            StackFrame.Address(_code, Register.R2, CountFrame.Bytes, CountFrame.MapKey);
            _code.Call(Helper.MapLookupElement);
        }
    }

    /// <summary>Slot = the segment, plus where in it the place is of which R1 is one more than the number; it is noted. Goes to the label where there is no such place.</summary>
    private void EmitPlace(Label none)
    {
        StackFrame.Store(_code, MemorySize.Word, CountFrame.Bytes, CountFrame.FreeSlot, Register.R1);
        _code.Alu(AluOperation.Subtract, Register.R1, 1);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, question.Slots, none);
        _code.Move(Slot, Header);
        if (IsSegmented(question.Slots))
        {
            _code.Alu(AluOperation.ShiftRight, Register.R1, CountLayout.SegmentShift);
            StackFrame.Store(_code, MemorySize.Word, CountFrame.Bytes, CountFrame.MapKey + CountLayout.KeySegment, Register.R1);
            EmitSegment(none);
            _code.Move(Slot, Register.R0);
            StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.FreeSlot);
            _code.Alu(AluOperation.Subtract, Register.R1, 1);
            _code.Alu(AluOperation.And, Register.R1, CountLayout.SegmentSlots - 1);
        }

        _code.Alu(AluOperation.Multiply, Register.R1, CountLayout.SlotSize);
        _code.Alu(AluOperation.Add, Slot, Register.R1);
    }

    /// <summary>Writes the connection into the place; goes to the label where another processor has taken it.</summary>
    private void EmitFill(Label taken)
    {
        const int At = CountLayout.HeaderSize;
        _code.Move(Register.R0, CountLayout.Free);
        _code.Move(Register.R1, CountLayout.Claimed);
        _code.AtomicCompareExchange(MemorySize.Word, Slot, At + CountLayout.State, Register.R1);
        _code.Jump(JumpCondition.NotEqual, Register.R0, CountLayout.Free, taken, OperandWidth.Bits32);
        for (int word = 0; word < ConnectionTuple.Size; word += 8)
        {
            StackFrame.Load(_code, MemorySize.DoubleWord, Register.R1, CountFrame.Bytes, CountFrame.Tuple + word);
            _code.Store(MemorySize.DoubleWord, Slot, At + CountLayout.Tuple + word, Register.R1);
        }

        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.Now);
        _code.Store(MemorySize.Word, Slot, At + CountLayout.Seen, Register.R1);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.Processor);
        _code.Alu(AluOperation.ShiftLeft, Register.R1, CountLayout.ProcessorShift);
        _code.Alu(AluOperation.Or, Register.R1, CountLayout.Used);
        _code.Store(MemorySize.Word, Slot, At + CountLayout.State, Register.R1);
    }

    /// <summary>Says that the list has changed, and has it end behind the place where it was cut short before.</summary>
    private void EmitLengthen(Label done)
    {
        _code.LoadConstant(Register.R1, 1UL << CountLayout.ChangesShift);
        _code.AtomicFetchAdd(MemorySize.DoubleWord, Header, CountLayout.End, Register.R1);
        _code.Alu(AluOperation.Move, Register.R1, Register.R1, OperandWidth.Bits32);
        StackFrame.Load(_code, MemorySize.Word, Register.R2, CountFrame.Bytes, CountFrame.FreeSlot);
        _code.Alu(AluOperation.Subtract, Register.R2, Register.R1);
        _code.Jump(JumpCondition.SignedLessOrEqual, Register.R2, 0, done);
        _code.AtomicAdd(MemorySize.DoubleWord, Header, CountLayout.End, Register.R2);
    }
}
