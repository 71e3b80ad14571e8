using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Emits one statement inside a block's function: tests, counter, event, outcome.</summary>
internal sealed class StatementEmitter(Assembler code, Family family, HelperFunctions helpers, BlockEmitter blocks)
{
    private readonly ConditionEmitter _conditions = new(code, family);

    /// <summary>Misses of the tests since the last branch are or-ed in R0.</summary>
    private bool _pending;

    internal void Emit(Statement statement, Action emitLeave)
    {
        Label next = code.DefineLabel("next statement");
        _pending = false;
        foreach (Step step in statement.Steps)
        {
            EmitStep(step, next);
        }

        Flush(next);
        EmitMatched(statement, emitLeave);
        code.Mark(next);
    }

    private void EmitStep(Step step, Label next)
    {
        switch (step)
        {
            case Require { Condition: TcpOptionTest option }:
                Flush(next);
                EmitOption(option, next);
                break;
            case Require require:
                _conditions.EmitMiss(require.Condition);
                Gather();
                break;
            case DropWhen drop:
                Flush(next);
                EmitDrop(drop.Condition);
                break;
            default:
                throw new CompileException($"unknown step {step.GetType().Name}", Origin.None);
        }
    }

    private void Gather()
    {
        if (_pending)
        {
            code.Alu(AluOperation.Or, Register.R0, Register.R1);
        }
        else
        {
            code.Move(Register.R0, Register.R1);
        }

        _pending = true;
    }

    private void Flush(Label next)
    {
        if (_pending)
        {
            code.Jump(JumpCondition.NotEqual, Register.R0, 0, next);
        }

        _pending = false;
    }

    private void EmitOption(TcpOptionTest option, Label next)
    {
        helpers.CallTcpOption(option.Kind);
        code.Jump(option.Negated ? JumpCondition.NotEqual : JumpCondition.Equal, Register.R0, 0, next);
    }

    /// <summary>The exit is the path that falls through, so that the verifier leaves nothing pending behind.</summary>
    private void EmitDrop(Condition condition)
    {
        Label readable = code.DefineLabel("readable");
        _conditions.EmitMiss(condition);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, readable);
        code.Move(Register.R0, ResultCode.Invalid);
        code.Exit();
        code.Mark(readable);
    }

    private void EmitMatched(Statement statement, Action emitLeave)
    {
        if (statement.Outcome is not Decide)
        {
            EmitCount(statement.Counter);
        }

        if (statement.Emits)
        {
            helpers.CallEvent(Frame.BlockContext, EventKind.Log, statement.Counter);
        }

        switch (statement.Outcome)
        {
            case Continue:
                break;
            case Decide decide:
                code.Move(Register.R0, ResultCode.Of(decide.Verdict, statement.Counter));
                code.Exit();
                break;
            case Call call:
                blocks.EmitCallFromBlock(call.Block, statement.Origin);
                break;
            case TailTo tail:
                blocks.EmitCallFromBlock(tail.Block, statement.Origin);
                emitLeave();
                break;
            case Leave:
                emitLeave();
                break;
            default:
                throw new CompileException($"unknown outcome {statement.Outcome.GetType().Name}", statement.Origin);
        }
    }

    private void EmitCount(int counter)
    {
        code.StoreImmediate(MemorySize.Word, Register.R10, Frame.BlockCounterIndex, counter);
        CounterEmitter.Emit(code, Frame.BlockCounterIndex,
            length => code.Load(MemorySize.Word, length, Frame.Key, PacketKey.PacketLength));
    }
}
