using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions.Counting;

/// <summary>
/// The walk over the connections of an address, the last one first: where the list ends, which of them live, whether the packet's own is there, and
/// which places are free, of which each says the next one. What has ended is forgotten.
/// </summary>
internal sealed class CountWalk(ConnectionsAbove question, QuestionFunction function)
{
    /// <summary>A connection that another processor saw within so many ticks may be about to be remembered (find_or_evict).</summary>
    private const int TicksToRemember = 2;

    private const Register Index = Register.R6, Frame = Register.R7, Slot = Register.R8;
    private const int At = CountLayout.HeaderSize;

    private readonly Assembler _code = function.Code;
    private readonly Label _turn = function.Code.DefineLabel("count_turn");

    /// <summary>Loses R0 to R5.</summary>
    internal void Emit()
    {
        Label fits = _code.DefineLabel("turns");
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.End);

        // Not a constant to the verifier, which before Linux 6.7 goes through one turn only.
        StackFrame.Store(_code, MemorySize.Word, CountFrame.Bytes, CountFrame.IsThere, Register.R1);
        _code.Jump(JumpCondition.LessOrEqual, Register.R1, question.Slots, fits);
        _code.Move(Register.R1, question.Slots);
        _code.Mark(fits);
        StackFrame.EmitLoopOfR1(_code, CountFrame.Bytes, _turn);
    }

    /// <summary>One place: R1 is how many were looked at before, R2 points to the frame.</summary>
    internal void EmitTurn()
    {
        Label within = _code.DefineLabel("within"), free = _code.DefineLabel("free"), claimed = _code.DefineLabel("claimed"), used = _code.DefineLabel("used");
        Label fits = _code.DefineLabel("fits"), missing = _code.DefineLabel("missing");
        _code.BeginFunction(new Function("count_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), _turn);
        _code.Move(Frame, Register.R2);
        _code.Load(MemorySize.Word, Index, Frame, CountFrame.End);
        _code.Jump(JumpCondition.LessOrEqual, Index, question.Slots, fits);
        _code.Move(Index, question.Slots);
        _code.Mark(fits);
        _code.Alu(AluOperation.Subtract, Index, Register.R1);
        _code.Alu(AluOperation.Subtract, Index, 1);
        _code.Jump(JumpCondition.Less, Index, question.Slots, within);
        _code.Move(Register.R0, 1);
        _code.Exit();
        _code.Mark(within);
        EmitSlot(missing);
        _code.Load(MemorySize.Byte, Register.R1, Slot, At + CountLayout.State);
        _code.Jump(JumpCondition.Equal, Register.R1, CountLayout.Used, used);
        _code.Jump(JumpCondition.NotEqual, Register.R1, CountLayout.Free, claimed);
        _code.Mark(free);
        EmitFree(missing);
        _code.Mark(missing);
        _code.Move(Register.R0, 0);
        _code.Exit();
        EmitUsed(used, free, claimed);
        EmitTaken(claimed, missing);
    }

    /// <summary>Slot = the segment, plus where in it the place is; goes to the label where there is no such segment.</summary>
    private void EmitSlot(Label missing)
    {
        _code.Move(Register.R1, Index);
        if (CountList.IsSegmented(question.Slots))
        {
            EmitSegment(missing);
        }

        _code.Load(MemorySize.DoubleWord, Slot, Frame, CountFrame.Segment);
        _code.Alu(AluOperation.Multiply, Register.R1, CountLayout.SlotSize);
        _code.Alu(AluOperation.Add, Slot, Register.R1);
    }

    /// <summary>R1 = the place in its segment, which is looked for where it ends, and with the list's last place.</summary>
    private void EmitSegment(Label missing)
    {
        Label within = _code.DefineLabel("within the segment"), there = _code.DefineLabel("segment there"), another = _code.DefineLabel("another segment");
        _code.Load(MemorySize.Word, Register.R2, Frame, CountFrame.End);
        _code.Alu(AluOperation.Subtract, Register.R2, 1);
        _code.Jump(JumpCondition.Equal, Register.R1, Register.R2, another);
        _code.Alu(AluOperation.And, Register.R1, CountLayout.SegmentSlots - 1);
        _code.Jump(JumpCondition.NotEqual, Register.R1, CountLayout.SegmentSlots - 1, within);
        _code.Mark(another);
        _code.Move(Register.R1, Index);
        _code.Alu(AluOperation.ShiftRight, Register.R1, CountLayout.SegmentShift);
        _code.Store(MemorySize.Word, Frame, CountFrame.MapKey + CountLayout.KeySegment, Register.R1);
        _code.LoadMap(Register.R1, CountLayout.Counted);
        _code.Move(Register.R2, Frame);
        _code.Alu(AluOperation.Add, Register.R2, CountFrame.MapKey);
        _code.Call(Helper.MapLookupElement);
        _code.Jump(JumpCondition.NotEqual, Register.R0, 0, there);
        _code.Store(MemorySize.Word, Frame, CountFrame.IsThere, Register.R0);
        _code.Jump(missing);
        _code.Mark(there);
        _code.Store(MemorySize.DoubleWord, Frame, CountFrame.Segment, Register.R0);
        _code.Move(Register.R1, 1);
        _code.Store(MemorySize.Word, Frame, CountFrame.IsThere, Register.R1);
        _code.Mark(within);
        _code.Load(MemorySize.Word, Register.R1, Frame, CountFrame.IsThere);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, missing);
        _code.Move(Register.R1, Index);
        _code.Alu(AluOperation.And, Register.R1, CountLayout.SegmentSlots - 1);
    }

    /// <summary>Puts a free place in front of those that were found before; behind what is in use there is none.</summary>
    private void EmitFree(Label next)
    {
        _code.Load(MemorySize.Word, Register.R1, Frame, CountFrame.Last);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, next);
        _code.Load(MemorySize.DoubleWord, Register.R0, Slot, At + CountLayout.State);
        _code.Alu(AluOperation.Move, Register.R1, Register.R0, OperandWidth.Bits32);
        _code.Jump(JumpCondition.NotEqual, Register.R1, CountLayout.Free, next);
        _code.Load(MemorySize.Word, Register.R1, Frame, CountFrame.FreeSlot);
        _code.Alu(AluOperation.ShiftLeft, Register.R1, 8 * CountLayout.NextHole);
        _code.Move(Register.R2, Register.R0);
        _code.AtomicCompareExchange(MemorySize.DoubleWord, Slot, At + CountLayout.State, Register.R1);
        _code.Jump(JumpCondition.NotEqual, Register.R0, Register.R2, next);
        _code.Alu(AluOperation.Add, Index, 1);
        _code.Store(MemorySize.Word, Frame, CountFrame.FreeSlot, Index);
    }

    private void EmitUsed(Label used, Label free, Label taken)
    {
        Label other = _code.DefineLabel("another"), missing = _code.DefineLabel("not remembered"), lives = _code.DefineLabel("lives"), ended = _code.DefineLabel("ended");
        _code.Mark(used);
        for (int word = 0; word < ConnectionTuple.Size; word += 8)
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, Slot, At + CountLayout.Tuple + word);
            _code.Load(MemorySize.DoubleWord, Register.R2, Frame, CountFrame.Tuple + word);
            _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, other);
        }

        _code.Move(Register.R1, 1);
        _code.Store(MemorySize.Word, Frame, CountFrame.HasOwn, Register.R1);
        _code.Load(MemorySize.Word, Register.R1, Frame, CountFrame.Stage);
        _code.Jump(JumpCondition.LessOrEqual, Register.R1, CountFrame.Remembered, lives);
        _code.Mark(other);
        _code.Move(Register.R1, Slot);
        _code.Alu(AluOperation.Add, Register.R1, At + CountLayout.Tuple);
        function.CallFindConnection();
        EmitJudge(Register.R9, missing, ended, lives);
        _code.Mark(missing);
        EmitJumpIfFresh(lives);
        _code.Mark(ended);
        _code.Load(MemorySize.Word, Register.R0, Slot, At + CountLayout.State);
        _code.Move(Register.R1, CountLayout.Free);
        _code.AtomicCompareExchange(MemorySize.Word, Slot, At + CountLayout.State, Register.R1);
        _code.Jump(free);
        _code.Mark(lives);
        _code.Load(MemorySize.Word, Register.R1, Frame, CountFrame.Count);
        _code.Alu(AluOperation.Add, Register.R1, 1);
        _code.Store(MemorySize.Word, Frame, CountFrame.Count, Register.R1);
        _code.Jump(taken);
    }

    /// <summary>The place is in use: the list ends behind the first that is found so.</summary>
    private void EmitTaken(Label taken, Label next)
    {
        _code.Mark(taken);
        _code.Load(MemorySize.Word, Register.R1, Frame, CountFrame.Last);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, next);
        _code.Alu(AluOperation.Add, Index, 1);
        _code.Store(MemorySize.Word, Frame, CountFrame.Last, Index);
        _code.Jump(next);
    }

    /// <summary>What has become of the connection whose place is in R0 (already_closed).</summary>
    private void EmitJudge(Register entry, Label missing, Label ended, Label lives)
    {
        _code.Alu(AluOperation.Move, Register.R1, Register.R0, OperandWidth.Bits32);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, missing);
        _code.Alu(AluOperation.Subtract, Register.R1, 1);
        function.Places.EmitEntry(entry, Register.R1, Register.R2);
        _code.Call(Helper.Jiffies64);
        _code.Load(MemorySize.DoubleWord, Register.R1, entry, ConnectionEntry.Expires);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R0);
        _code.Jump(JumpCondition.SignedLessOrEqual, Register.R1, 0, missing);
        _code.Load(MemorySize.Byte, Register.R1, entry, ConnectionEntry.Of(ConnectionTuple.Protocol));
        _code.Jump(JumpCondition.NotEqual, Register.R1, IpProtocol.Tcp, lives);
        _code.Load(MemorySize.Byte, Register.R1, entry, ConnectionEntry.State);
        _code.Jump(JumpCondition.Equal, Register.R1, TcpStates.TimeWait, ended);
        _code.Jump(JumpCondition.Equal, Register.R1, TcpStates.Close, ended);
        _code.Jump(lives);
    }

    private void EmitJumpIfFresh(Label fresh)
    {
        Label old = _code.DefineLabel("old");
        _code.Load(MemorySize.Word, Register.R1, Frame, CountFrame.Now);
        _code.Load(MemorySize.Word, Register.R2, Slot, At + CountLayout.Seen);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R2, OperandWidth.Bits32);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, TicksToRemember, old);
        _code.Load(MemorySize.Word, Register.R1, Slot, At + CountLayout.State);
        _code.Alu(AluOperation.ShiftRight, Register.R1, CountLayout.ProcessorShift);
        _code.Load(MemorySize.Word, Register.R2, Frame, CountFrame.Processor);
        _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, fresh);
        _code.Mark(old);
    }
}
