using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Emits one statement of a block: tests, counter, event, outcome.</summary>
internal sealed class StatementEmitter(Assembler code, Family family, HelperFunctions helpers, BlockEmitter blocks)
{
    private readonly ConditionEmitter _conditions = new(code, family);

    internal void Emit(Statement statement, BlockPlace place, Action emitLeave)
    {
        Label next = code.DefineLabel("next statement");
        List<(Label Entry, GuardRun Run)> odd = EmitTests(statement.Steps, place, next);
        EmitMatched(statement, place, emitLeave);
        if (odd.Count > 0)
        {
            EmitOdd(odd, statement.Outcome, place, next);
        }

        code.Mark(next);
    }

    /// <summary>Falls through where everything holds. Returns where odd packets go, to be emitted out of the way.</summary>
    private List<(Label Entry, GuardRun Run)> EmitTests(ImmutableArray<Step> steps, BlockPlace place, Label next)
    {
        var odd = new List<(Label Entry, GuardRun Run)>();
        var tests = new List<Condition>();
        for (int i = 0; i < steps.Length;)
        {
            GuardRun run = GuardRun.At(steps, i);
            if (run.Steps.Length > 0)
            {
                EmitBranch(tests, place, next);
                odd.Add((code.DefineLabel("odd packet"), run));
                EmitBranch([.. run.Ordinary()], place, odd[^1].Entry);
                i += run.Steps.Length;
                continue;
            }

            EmitStep(steps[i], tests, place, next);
            i++;
        }

        EmitBranch(tests, place, next);
        return odd;
    }

    private void EmitStep(Step step, List<Condition> tests, BlockPlace place, Label next)
    {
        switch (step)
        {
            case Require { Condition: SetTest set }:
                EmitBranch(tests, place, next);
                helpers.CallSetLookup(set);
                EmitSetResult(set.Negated, place, next);
                break;
            case Require { Condition: QuestionTest test }:
                EmitBranch(tests, place, next);
                helpers.CallQuestion(test.Question);
                code.Jump(test.Negated ? JumpCondition.NotEqual : JumpCondition.Equal, Register.R0, 0, next);
                break;
            case DropWhen { Condition: QuestionTest test }:
                EmitBranch(tests, place, next);
                helpers.CallQuestion(test.Question);
                EmitDrop(test.Negated ? JumpCondition.NotEqual : JumpCondition.Equal, Register.R0, place);
                break;
            case Require require:
                tests.Add(require.Condition);
                break;
            case DropWhen drop:
                EmitBranch(tests, place, next);
                EmitDrop(drop.Condition, place);
                break;
            default:
                throw new CompileException($"unknown step {step.GetType().Name}", Origin.None);
        }
    }

    /// <summary>R0 is what a set's look-up says.</summary>
    private void EmitSetResult(bool negated, BlockPlace place, Label next)
    {
        Label known = code.DefineLabel("look-up done");
        code.Jump(JumpCondition.LessOrEqual, Register.R0, SetLookupEmitter.InSet, known);
        EmitInvalid(place);
        code.Mark(known);
        code.Jump(negated ? JumpCondition.NotEqual : JumpCondition.Equal, Register.R0, SetLookupEmitter.NotInSet, next);
    }

    /// <summary>Goes to <paramref name="miss"/> where one of the conditions does not hold: misses are or-ed in R0. Empties the list.</summary>
    private void EmitBranch(List<Condition> conditions, BlockPlace place, Label miss)
    {
        for (int i = 0; i < conditions.Count; i++)
        {
            _conditions.EmitMiss(conditions[i], place);
            code.Alu(i == 0 ? AluOperation.Move : AluOperation.Or, Register.R0, Register.R1);
        }

        if (conditions.Count > 0)
        {
            code.Jump(JumpCondition.NotEqual, Register.R0, 0, miss);
        }

        conditions.Clear();
    }

    /// <summary>The exit is the path that falls through, so that the verifier leaves nothing pending behind.</summary>
    private void EmitDrop(Condition condition, BlockPlace place)
    {
        _conditions.EmitMiss(condition, place);
        EmitDrop(JumpCondition.NotEqual, Register.R1, place);
    }

    /// <summary>Unless the register is, or is not, zero.</summary>
    private void EmitDrop(JumpCondition unless, Register register, BlockPlace place)
    {
        Label readable = code.DefineLabel("readable");
        code.Jump(unless, register, 0, readable);
        EmitInvalid(place);
        code.Mark(readable);
    }

    private void EmitInvalid(BlockPlace place)
    {
        code.Move(Register.R0, ResultCode.Invalid);
        place.EmitReturn();
    }

    /// <summary>Behind the matched path: the runs' steps one by one. One of them stops the packet; none is beyond doubt.</summary>
    private void EmitOdd(List<(Label Entry, GuardRun Run)> odd, Outcome outcome, BlockPlace place, Label next)
    {
        if (outcome is Continue or Call)
        {
            code.Jump(next);
        }

        foreach ((Label entry, GuardRun run) in odd)
        {
            code.Mark(entry);
            foreach (Step step in run.Steps)
            {
                var tests = new List<Condition>();
                EmitStep(step, tests, place, next);
                EmitBranch(tests, place, next);
            }

            EmitInvalid(place);
        }
    }

    private void EmitMatched(Statement statement, BlockPlace place, Action emitLeave)
    {
        if (statement.Outcome is not Decide)
        {
            EmitCount(statement.Counter, place);
        }

        if (statement.Emits)
        {
            helpers.CallLog(Frame.BlockContext, statement.Counter);
        }

        switch (statement.Outcome)
        {
            case Continue:
                break;
            case Decide decide:
                if (decide.Answer != Answer.None)
                {
                    helpers.CallReject(Frame.BlockContext, decide.Answer);
                }

                code.Move(Register.R0, ResultCode.Of(decide.Verdict, statement.Counter));
                place.EmitReturn();
                break;
            case Call call:
                blocks.EmitCallFromBlock(call.Block, place, statement.Origin);
                break;
            case TailTo tail:
                blocks.EmitCallFromBlock(tail.Block, place, statement.Origin);
                emitLeave();
                break;
            case Leave:
                emitLeave();
                break;
            default:
                throw new CompileException($"unknown outcome {statement.Outcome.GetType().Name}", statement.Origin);
        }
    }

    private void EmitCount(int counter, BlockPlace place)
    {
        CounterEmitter.Emit(code, counter, place.CounterElement, length => code.Load(MemorySize.Word, length, Frame.Key, PacketKey.PacketLength));
    }
}
