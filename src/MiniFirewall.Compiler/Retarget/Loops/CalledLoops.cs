using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>
/// A function's loops as a callback of bpf_loop (kernel 5.17) that goes on where the last turn ended: the number of a head, or of an end,
/// is on the stack, and beside it the registers that are read there. Verifiers before 6.7 walk through a callback once, from what is on
/// the stack at the call. A number that was read from memory they take for any number, and so see every head; all else that
/// heads read must be as unknown to them, or they would take a branch for one that is never taken, and remove it.
/// </summary>
internal sealed class CalledLoops
{
    private const int MostTurns = 1 << 23;

    private readonly CodeCopy _copy;
    private readonly Liveness _liveness;
    private readonly TurnPlan _plan;
    private readonly LoopShape _shape;
    private readonly Function _function;
    private readonly int _start;
    private readonly List<int> _numbers;
    private readonly Label _loop, _turn;
    private readonly CopiedPart _around;

    internal CalledLoops(CodeCopy copy, Liveness liveness, TurnPlan plan, Function function, int start, int end)
    {
        _copy = copy;
        _liveness = liveness;
        _plan = plan;
        _function = function;
        _start = start;
        _shape = new LoopShape(copy.Flow, liveness, start, end, RegisterSet.Of(Register.R0, plan.Base, Register.R10));
        _numbers = [.. _shape.Exits, .. _shape.Heads];
        _loop = Code.DefineLabel();
        _turn = Code.DefineLabel();
        _around = new(copy);
    }

    private Assembler Code => _copy.Code;

    internal void Write()
    {
        Code.BeginFunction(_function, _copy.Function(_start));
        _around.Write(_shape.Around, (_, target) => _shape.IsHead(target), _copy.Append);
        foreach ((int head, Label place) in _around.Outside)
        {
            Code.Mark(place);
            WriteSave(head, Register.R10, 0);
            Code.Jump(_loop);
        }

        WriteCall();
        WriteTurn();
    }

    /// <summary>Goes round, then to where the loops have ended.</summary>
    private void WriteCall()
    {
        Code.Mark(_loop);
        Code.Move(Register.R1, MostTurns);
        Code.LoadFunction(Register.R2, _turn);
        Code.Move(Register.R3, _plan.Base);
        Code.Move(Register.R4, 0);
        Code.Call(Helper.Loop);
        Code.Load(MemorySize.Byte, Register.R1, Register.R10, _plan.Number);
        foreach (int exit in _shape.Exits)
        {
            Label other = Code.DefineLabel();
            Code.Jump(JumpCondition.NotEqual, Register.R1, _numbers.IndexOf(exit), other);
            WriteRestore(exit, Register.R10, 0);
            Code.Jump(_around.Inside(exit));
            Code.Mark(other);
        }

        Code.Jump(_around.Inside(_shape.Exhausted));
    }

    private void WriteTurn()
    {
        Code.BeginFunction(new Function($"{_function.Name}_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), _turn);
        Code.Move(_plan.Base, Register.R2);
        Code.Load(MemorySize.Byte, Register.R0, _plan.Base, _plan.Number - _plan.BaseOffset);
        var part = new CopiedPart(_copy);
        foreach (int head in _shape.Heads)
        {
            Label other = Code.DefineLabel();
            Code.Jump(JumpCondition.NotEqual, Register.R0, _numbers.IndexOf(head), other);
            WriteRestore(head, _plan.Base, _plan.BaseOffset);
            Code.Jump(part.Inside(head));
            Code.Mark(other);
        }

        Code.Move(Register.R0, 1);
        Code.Exit();
        part.Write(_shape.Turn, (at, target) => _shape.IsExit(target) || (_shape.IsHead(target) && target <= at), AppendOfTurn);
        foreach ((int place, Label label) in part.Outside)
        {
            Code.Mark(label);
            WriteSave(place, _plan.Base, _plan.BaseOffset);
            Code.Move(Register.R0, _shape.IsHead(place) ? 0 : 1);
            Code.Exit();
        }
    }

    /// <summary>The stack is that of the function that called: whatever named the frame pointer names the base.</summary>
    private void AppendOfTurn(int at, Func<int, Label> jump)
    {
        Instruction instruction = _copy.Flow.Code.Instructions[at];
        bool readsFrame = instruction.Source == (byte)Register.R10, writesFrame = instruction.Destination == Register.R10;
        switch (instruction)
        {
            case { IsMayGoto: true }:
                break;
            case { IsLoad: true } when readsFrame:
                Code.Append(instruction with { Source = (byte)_plan.Base, Offset = FromBase(instruction.Offset) });
                break;
            case { IsStoreOfRegister: true } or { IsStoreOfNumber: true } when writesFrame:
                Code.Append(instruction with { Destination = _plan.Base, Offset = FromBase(instruction.Offset) });
                break;
            case { IsAddOfRegister: true } or { IsMove: true } when readsFrame:
                Code.Append(instruction with { Source = (byte)_plan.Base });
                Code.Alu(AluOperation.Add, instruction.Destination, -_plan.BaseOffset);
                break;
            default:
                _copy.Append(at, jump);
                break;
        }
    }

    private short FromBase(int offset) => checked((short)(offset - _plan.BaseOffset));

    /// <summary>What is read at a place, and its number, go to the stack. Loses R0.</summary>
    private void WriteSave(int place, Register address, int addressOffset)
    {
        foreach (Register register in LivingAt(place))
        {
            Code.Store(MemorySize.Word, address, _plan.Slots[register] - addressOffset, register);
        }

        Code.StoreImmediate(MemorySize.Byte, address, _plan.Number - addressOffset, _numbers.IndexOf(place));
    }

    private void WriteRestore(int place, Register address, int addressOffset)
    {
        foreach (Register register in LivingAt(place))
        {
            Code.Load(MemorySize.Word, register, address, _plan.Slots[register] - addressOffset);
        }
    }

    private IEnumerable<Register> LivingAt(int place) => _liveness.Before(place).Without(RegisterSet.Of(_plan.Base, Register.R10)).Registers();
}
