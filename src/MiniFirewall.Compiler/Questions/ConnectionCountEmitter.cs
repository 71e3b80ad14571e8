using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Counts the connections of an address that live (<see cref="CountLayout"/>): a walk over those that came to the statement looks each of
/// them up in the table of connections, forgets what has ended, and finds the packet's own or a place for it. The packet's own counts even
/// if it is closed, as long as it is not assured.
/// </summary>
internal sealed class ConnectionCountEmitter(ConnectionsAbove question, QuestionFunction function)
{
    // The frame, from its bottom: what a turn gets a pointer to.
    private const int Tuple = 0, MapKey = 40, High = MapKey + 8, Low = MapKey + 16, Value = 64, Now = 72, Processor = 76, Count = 80, FreeSlot = 84, OwnSlot = 88, IsAssured = 92;
    private const int FrameBytes = 96 - QuestionFunction.StackTop;

    /// <summary>A connection that another processor saw within so many ticks may be about to be remembered (find_or_evict).</summary>
    private const int TicksToRemember = 2;

    /// <summary>Behind the walk: how many live.</summary>
    private const Register Counted = Register.R6;

    private readonly Assembler _code = function.Code;
    private readonly Label _turn = function.Code.DefineLabel("count_turn");

    internal static void Emit(ConnectionsAbove question, QuestionFunction function) => new ConnectionCountEmitter(question, function).Emit();

    private void Emit()
    {
        if (function.IsTest)
        {
            _code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
            _code.Jump(JumpCondition.Equal, QuestionFunction.Argument, 0, function.Yes);
            return;
        }

        Label there = _code.DefineLabel("there");
        new ConnectionTupleEmitter(function, Tuple - FrameBytes).Emit();
        EmitKey();
        EmitValue();
        StackFrame.Store(_code, MemorySize.DoubleWord, FrameBytes, Value, Register.R0);
        EmitMoment();
        StackFrame.Zero(_code, FrameBytes, Count);
        StackFrame.Zero(_code, FrameBytes, OwnSlot);
        EmitAssured();
        StackFrame.EmitLoop(_code, FrameBytes, question.Slots, _turn);
        StackFrame.Load(_code, MemorySize.Word, Counted, FrameBytes, Count);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, FrameBytes, OwnSlot);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, there);
        EmitJumpIfLate(there);
        _code.Alu(AluOperation.Add, Counted, 1);
        EmitInsert(there);
        _code.Mark(there);
        _code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
        _code.Jump(JumpCondition.Greater, Counted, QuestionFunction.Argument, function.Yes);
        _code.Jump(function.No);
        function.Behind(EmitTurn);
    }

    /// <summary>The statement's number and the address under its mask.</summary>
    private void EmitKey()
    {
        bool isV4 = function.Family == Family.IPv4;
        UInt128 mask = question.Prefix == 0 ? 0 : UInt128.MaxValue << ((isV4 ? 32 : 128) - question.Prefix);
        _code.Alu(AluOperation.Move, Register.R1, QuestionFunction.Argument, OperandWidth.Bits32);
        StackFrame.Store(_code, MemorySize.DoubleWord, FrameBytes, MapKey, Register.R1);
        EmitHalf(High, question.ByDestination ? PacketKey.DestinationHigh : PacketKey.SourceHigh, isV4 ? 0 : (ulong)(mask >> 64));
        EmitHalf(Low, question.ByDestination ? PacketKey.DestinationLow : PacketKey.SourceLow, isV4 ? (uint)mask : (ulong)mask);

        void EmitHalf(int to, int from, ulong bits)
        {
            _code.LoadConstant(Register.R1, bits);
            if (bits != 0)
            {
                _code.Load(isV4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R2, QuestionFunction.Key, from);
                _code.Alu(AluOperation.And, Register.R1, Register.R2);
            }

            StackFrame.Store(_code, MemorySize.DoubleWord, FrameBytes, to, Register.R1);
        }
    }

    /// <summary>R0 = the address's value, which may be new.</summary>
    private void EmitValue()
    {
        const int NoExist = 1; // BPF_NOEXIST
        Label known = _code.DefineLabel("address known");
        EmitFind();
        _code.Jump(JumpCondition.NotEqual, Register.R0, 0, known);
        _code.LoadMap(Register.R1, CountLayout.Counted);
        StackFrame.Address(_code, Register.R2, FrameBytes, MapKey);
        _code.LoadMapValue(Register.R3, CountLayout.Empty);
        _code.Move(Register.R4, NoExist);
        _code.Call(Helper.MapUpdateElement);
        EmitFind();
        _code.Jump(JumpCondition.Equal, Register.R0, 0, function.No);
        _code.Mark(known);
    }

    private void EmitFind()
    {
        _code.LoadMap(Register.R1, CountLayout.Counted);
        StackFrame.Address(_code, Register.R2, FrameBytes, MapKey);
        _code.Call(Helper.MapLookupElement);
    }

    private void EmitMoment()
    {
        _code.Call(Helper.Jiffies64);
        StackFrame.Store(_code, MemorySize.Word, FrameBytes, Now, Register.R0);
        _code.Call(Helper.GetSmpProcessorId);
        StackFrame.Store(_code, MemorySize.Word, FrameBytes, Processor, Register.R0);
    }

    /// <summary>An assured connection that did not come here before it was does not count beside others (nf_conncount.c, Linux 6.18).</summary>
    private void EmitJumpIfLate(Label late)
    {
        Label counts = _code.DefineLabel("counts");
        _code.Jump(JumpCondition.Equal, Counted, 0, counts);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, FrameBytes, IsAssured);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, late);
        _code.Mark(counts);
    }

    /// <summary>Notes whether the packet's connection is assured.</summary>
    private void EmitAssured()
    {
        Label begins = _code.DefineLabel("begins"), known = _code.DefineLabel("assured known");
        function.LoadConnection(Register.R9, begins);
        _code.Load(MemorySize.Word, Register.R1, Register.R9, ConnectionEntry.Flags);
        _code.Alu(AluOperation.And, Register.R1, ConnectionEntry.Assured);
        _code.Jump(known);
        _code.Mark(begins);
        _code.Move(Register.R1, 0);
        _code.Mark(known);
        StackFrame.Store(_code, MemorySize.Word, FrameBytes, IsAssured, Register.R1);
    }

    /// <summary>Remembers the packet's connection in the place that the walk found; goes to the label where there is none.</summary>
    private void EmitInsert(Label done)
    {
        const Register Slot = Register.R9;
        StackFrame.Load(_code, MemorySize.Word, Register.R1, FrameBytes, FreeSlot);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, done);
        _code.Alu(AluOperation.Subtract, Register.R1, 1);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, question.Slots, done);
        _code.Alu(AluOperation.Multiply, Register.R1, CountLayout.SlotSize);
        StackFrame.Load(_code, MemorySize.DoubleWord, Slot, FrameBytes, Value);
        _code.Alu(AluOperation.Add, Slot, Register.R1);
        _code.Move(Register.R0, CountLayout.Free);
        _code.Move(Register.R1, CountLayout.Claimed);
        _code.AtomicCompareExchange(MemorySize.Word, Slot, CountLayout.State, Register.R1);
        _code.Jump(JumpCondition.NotEqual, Register.R0, CountLayout.Free, done, OperandWidth.Bits32);
        for (int word = 0; word < ConnectionTuple.Size; word += 8)
        {
            StackFrame.Load(_code, MemorySize.DoubleWord, Register.R1, FrameBytes, Tuple + word);
            _code.Store(MemorySize.DoubleWord, Slot, CountLayout.Tuple + word, Register.R1);
        }

        StackFrame.Load(_code, MemorySize.Word, Register.R1, FrameBytes, Now);
        _code.Store(MemorySize.Word, Slot, CountLayout.Seen, Register.R1);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, FrameBytes, Processor);
        _code.Alu(AluOperation.ShiftLeft, Register.R1, CountLayout.ProcessorShift);
        _code.Alu(AluOperation.Or, Register.R1, CountLayout.Used);
        _code.Store(MemorySize.Word, Slot, CountLayout.State, Register.R1);
    }

    /// <summary>One connection: R1 is its number, R2 points to the frame.</summary>
    private void EmitTurn()
    {
        const Register Index = Register.R6, Frame = Register.R7, Slot = Register.R8;
        Label used = _code.DefineLabel("used"), other = _code.DefineLabel("another"), next = _code.DefineLabel("next"), free = _code.DefineLabel("free");
        Label missing = _code.DefineLabel("not remembered"), lives = _code.DefineLabel("lives"), ended = _code.DefineLabel("ended"), within = _code.DefineLabel("within");
        _code.BeginFunction(new Function("count_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), _turn);
        _code.Move(Index, Register.R1);
        _code.Move(Frame, Register.R2);
        _code.Jump(JumpCondition.Less, Index, question.Slots, within);
        _code.Move(Register.R0, 1);
        _code.Exit();
        _code.Mark(within);
        _code.Load(MemorySize.DoubleWord, Slot, Frame, Value);
        _code.Move(Register.R1, Index);
        _code.Alu(AluOperation.Multiply, Register.R1, CountLayout.SlotSize);
        _code.Alu(AluOperation.Add, Slot, Register.R1);
        _code.Load(MemorySize.Byte, Register.R1, Slot, CountLayout.State);
        _code.Jump(JumpCondition.Equal, Register.R1, CountLayout.Used, used);
        _code.Jump(JumpCondition.NotEqual, Register.R1, CountLayout.Free, next);
        _code.Mark(free);
        _code.Load(MemorySize.Word, Register.R1, Frame, FreeSlot);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, next);
        _code.Alu(AluOperation.Add, Index, 1);
        _code.Store(MemorySize.Word, Frame, FreeSlot, Index);
        _code.Jump(next);

        _code.Mark(used);
        for (int word = 0; word < ConnectionTuple.Size; word += 8)
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, Slot, CountLayout.Tuple + word);
            _code.Load(MemorySize.DoubleWord, Register.R2, Frame, Tuple + word);
            _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, other);
        }

        _code.Move(Register.R1, Index);
        _code.Alu(AluOperation.Add, Register.R1, 1);
        _code.Store(MemorySize.Word, Frame, OwnSlot, Register.R1);
        _code.Load(MemorySize.Word, Register.R1, Frame, IsAssured);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, lives);
        _code.Mark(other);
        _code.Move(Register.R1, Slot);
        _code.Alu(AluOperation.Add, Register.R1, CountLayout.Tuple);
        function.CallFindConnection();
        EmitJudge(Register.R9, missing, ended, lives);
        _code.Mark(missing);
        EmitJumpIfFresh(Frame, Slot, lives);
        _code.Mark(ended);
        _code.Load(MemorySize.Word, Register.R0, Slot, CountLayout.State);
        _code.Move(Register.R1, CountLayout.Free);
        _code.AtomicCompareExchange(MemorySize.Word, Slot, CountLayout.State, Register.R1);
        _code.Jump(free);
        _code.Mark(lives);
        _code.Load(MemorySize.Word, Register.R1, Frame, Count);
        _code.Alu(AluOperation.Add, Register.R1, 1);
        _code.Store(MemorySize.Word, Frame, Count, Register.R1);
        _code.Mark(next);
        _code.Move(Register.R0, 0);
        _code.Exit();
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

    private void EmitJumpIfFresh(Register frame, Register slot, Label fresh)
    {
        Label old = _code.DefineLabel("old");
        _code.Load(MemorySize.Word, Register.R1, frame, Now);
        _code.Load(MemorySize.Word, Register.R2, slot, CountLayout.Seen);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R2, OperandWidth.Bits32);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, TicksToRemember, old);
        _code.Load(MemorySize.Word, Register.R1, slot, CountLayout.State);
        _code.Alu(AluOperation.ShiftRight, Register.R1, CountLayout.ProcessorShift);
        _code.Load(MemorySize.Word, Register.R2, frame, Processor);
        _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, fresh);
        _code.Mark(old);
    }
}
