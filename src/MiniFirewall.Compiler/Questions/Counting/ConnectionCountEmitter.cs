using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions.Counting;

/// <summary>
/// Counts the connections of an address that live (<see cref="CountLayout"/>). A walk over those that came to the statement looks each of
/// them up in the table of connections, forgets what has ended, and finds the packet's own or a place for it (<see cref="CountWalk"/>). The
/// packet's own counts even if it is closed, as long as it is not assured. A long list is walked through once a tick at most for connections
/// that are new or assured, as in the kernel (net/netfilter/nf_conncount.c): not with each packet of a flood.
/// </summary>
internal sealed class ConnectionCountEmitter(ConnectionsAbove question, QuestionFunction function)
{
    /// <summary>Lists with more places in use are long: the others are counted anew for each packet, which costs some 25 ns a connection.</summary>
    private const int Short = 4;

    /// <summary>How many live, once that is known.</summary>
    private const Register Counted = Register.R6;

    private readonly Assembler _code = function.Code;
    private readonly CountList _list = new(question, function);
    private readonly CountWalk _walk = new(question, function);

    internal static void Emit(ConnectionsAbove question, QuestionFunction function) => new ConnectionCountEmitter(question, function).Emit();

    private void Emit()
    {
        if (function.IsTest)
        {
            _code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
            _code.Jump(JumpCondition.Equal, QuestionFunction.Argument, 0, function.Yes);
            return;
        }

        Label judge = _code.DefineLabel("count known");
        new ConnectionTupleEmitter(function, CountFrame.Tuple - CountFrame.Bytes).Emit();
        StackFrame.Zero(_code, CountFrame.Bytes, CountFrame.HasOwn);
        EmitStage();
        _list.EmitFind();
        StackFrame.ZeroUnseen(_code, CountFrame.Bytes, CountFrame.Count, CountFrame.End);
        StackFrame.ZeroUnseen(_code, CountFrame.Bytes, CountFrame.Last, CountFrame.End);
        EmitMoment();
        EmitLong(judge);
        EmitWalk(judge);
        _code.Mark(judge);
        _code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
        _code.Jump(JumpCondition.Greater, Counted, QuestionFunction.Argument, function.Yes);
        _code.Jump(function.No);
        function.Behind(_walk.EmitTurn);
    }

    /// <summary>Notes what the table has of the packet's connection. Loses R1 and R9.</summary>
    private void EmitStage()
    {
        Label begins = _code.DefineLabel("begins");
        function.LoadConnection(Register.R9, begins);
        _code.Load(MemorySize.Word, Register.R1, Register.R9, ConnectionEntry.Flags);
        _code.Alu(AluOperation.And, Register.R1, ConnectionEntry.Assured);
        _code.Alu(AluOperation.Or, Register.R1, CountFrame.Remembered);
        StackFrame.Store(_code, MemorySize.Word, CountFrame.Bytes, CountFrame.Stage, Register.R1);
        _code.Mark(begins);
    }

    private void EmitMoment()
    {
        _code.Call(Helper.Jiffies64);
        StackFrame.Store(_code, MemorySize.Word, CountFrame.Bytes, CountFrame.Now, Register.R0);
        _code.Call(Helper.GetSmpProcessorId);
        StackFrame.Store(_code, MemorySize.Word, CountFrame.Bytes, CountFrame.Processor, Register.R0);
    }

    /// <summary>Goes to <paramref name="known"/> where the list was walked through in this tick and need not be again.</summary>
    private void EmitLong(Label known)
    {
        Label walk = _code.DefineLabel("walk"), counts = _code.DefineLabel("one more");
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.End);
        _code.Jump(JumpCondition.LessOrEqual, Register.R1, Short, walk);
        _code.Load(MemorySize.Word, Register.R1, CountList.Header, CountLayout.Walked);
        StackFrame.Load(_code, MemorySize.Word, Register.R2, CountFrame.Bytes, CountFrame.Now);
        _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, walk);
        _code.Load(MemorySize.Word, Counted, CountList.Header, CountLayout.Count);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.Stage);
        _code.Jump(JumpCondition.Equal, Register.R1, CountFrame.Unknown, counts);
        _code.Jump(JumpCondition.NotEqual, Register.R1, CountFrame.Remembered, known);
        _code.Jump(walk);
        _code.Mark(counts);
        EmitOneMore();
        _list.EmitInsert(known);
        _code.Jump(known);
        _code.Mark(walk);
    }

    /// <summary>
    /// Processors that count at once: who is done first says how many there are, and the others are one more each, so that a limit lets in as many as it says.
    /// </summary>
    private void EmitWalk(Label known)
    {
        const Register Before = Register.R7;
        Label there = _code.DefineLabel("no more"), counts = _code.DefineLabel("counts"), counted = _code.DefineLabel("counted");
        _code.Load(MemorySize.DoubleWord, Before, CountList.Header, CountLayout.Walked);
        _walk.Emit();
        StackFrame.Store(_code, MemorySize.DoubleWord, CountFrame.Bytes, CountFrame.Known, Before);
        _list.EmitTidy();
        StackFrame.Load(_code, MemorySize.Word, Counted, CountFrame.Bytes, CountFrame.Count);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.HasOwn);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, there);

        // An assured connection that did not come here before it was does not count beside others (nf_conncount.c, Linux 6.18).
        _code.Jump(JumpCondition.Equal, Counted, 0, counts);
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.Stage);
        _code.Jump(JumpCondition.Greater, Register.R1, CountFrame.Remembered, there);
        _code.Mark(counts);
        _code.Alu(AluOperation.Add, Counted, 1);
        _list.EmitInsert(counted);
        _code.Mark(counted);
        EmitSay(known);
        EmitOneMore();
        _code.Jump(known);
        _code.Mark(there);
        EmitSay(known);
    }

    /// <summary>Says how many there are, and goes to the label, unless somebody has said so since the walk began. Loses R0 to R2.</summary>
    private void EmitSay(Label said)
    {
        StackFrame.Load(_code, MemorySize.Word, Register.R1, CountFrame.Bytes, CountFrame.Now);
        _code.Move(Register.R2, Counted);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, 8 * (CountLayout.Count - CountLayout.Walked));
        _code.Alu(AluOperation.Or, Register.R1, Register.R2);
        StackFrame.Load(_code, MemorySize.DoubleWord, Register.R0, CountFrame.Bytes, CountFrame.Known);
        _code.Move(Register.R2, Register.R0);
        _code.AtomicCompareExchange(MemorySize.DoubleWord, CountList.Header, CountLayout.Walked, Register.R1);
        _code.Jump(JumpCondition.Equal, Register.R0, Register.R2, said);
    }

    /// <summary>Counted = one more than was known, which is said.</summary>
    private void EmitOneMore()
    {
        _code.Move(Counted, 1);
        _code.AtomicFetchAdd(MemorySize.Word, CountList.Header, CountLayout.Count, Counted);
        _code.Alu(AluOperation.Add, Counted, 1, OperandWidth.Bits32);
    }
}
