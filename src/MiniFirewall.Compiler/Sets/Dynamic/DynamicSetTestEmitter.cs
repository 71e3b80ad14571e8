using MiniFirewall.Asm;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>Looks for a packet's element, with each prefix length that there is, and counts at each element that is found.</summary>
internal sealed class DynamicSetTestEmitter(DynamicSetTest question, QuestionFunction function)
{
    private const Register Element = Register.R7;

    private readonly Assembler _code = function.Code;
    private readonly DynamicSet _set = question.Set;
    private readonly DynamicSetKey _key = new(question.Set, function);

    internal static void Emit(DynamicSetTest question, QuestionFunction function) => new DynamicSetTestEmitter(question, function).Emit();

    private int WholeBytes => _set.HasNetworks ? DynamicSetLayout.KeyBytes(_set) - DynamicSetLayout.Addresses : 0;

    private int WholeAt => _key.At - WholeBytes;

    private int Now => WholeAt - 8;

    private int FirstWalk => Now - 16;

    private int SecondWalk => FirstWalk - (_set.FirstIsNetwork ? 16 : 0);

    private void Emit()
    {
        _key.Emit(function.No);
        if (_set.Details.Timeout is not null)
        {
            DynamicSetClock.Emit(function, Now);
        }

        if (!_set.HasNetworks)
        {
            EmitFind(function.No);
            return;
        }

        EmitKeepWhole();
        _code.LoadMapValue(PrefixWalk.Header, DynamicSetLayout.HeaderMap(_set.Name));
        EmitWalks();
    }

    private void EmitWalks()
    {
        Label missing = function.No;
        if (_set.FirstIsNetwork)
        {
            missing = EmitWalk(isFirst: true, FirstWalk, missing);
        }

        if (_set.SecondIsNetwork)
        {
            missing = EmitWalk(isFirst: false, SecondWalk, missing);
        }

        EmitFind(missing);
    }

    /// <summary>Returns where to go for the next prefix length.</summary>
    private Label EmitWalk(bool isFirst, int state, Label end)
    {
        int whole = WholeAt + (_key.PlaceOf(isFirst) - _key.PlaceOf(isFirst: true));
        var walk = new PrefixWalk(function, _key, isFirst, whole, state);
        Label next = _code.DefineLabel("next prefix");
        walk.EmitBegin();
        _code.Mark(next);
        walk.EmitNext(end);
        return next;
    }

    private void EmitKeepWhole()
    {
        for (int at = 0; at < WholeBytes; at += 8)
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, _key.At + DynamicSetLayout.Addresses + at);
            _code.Store(MemorySize.DoubleWord, Register.R10, WholeAt + at, Register.R1);
        }
    }

    /// <summary>Looks for the key's element, and goes to <paramref name="next"/> where there is none that fits.</summary>
    private void EmitFind(Label next)
    {
        _code.LoadMap(Register.R1, DynamicSetLayout.ElementMap(_set.Name));
        function.EmitStackAddress(Register.R2, _key.At);
        _code.Call(Helper.MapLookupElement);
        _code.Jump(JumpCondition.Equal, Register.R0, 0, next);
        _code.Move(Element, Register.R0);
        EmitTime(next);
        if (_set.Details.Counts)
        {
            EmitCounters(next);
        }

        EmitAnswer();
    }

    private void EmitTime(Label next)
    {
        Label inTime = _code.DefineLabel("in time");
        _code.Load(MemorySize.DoubleWord, Register.R1, Element, DynamicSetLayout.Expires);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, inTime);
        _code.Jump(JumpCondition.Equal, Register.R1, DynamicSetLayout.Absent, next);
        if (_set.Details.Timeout is not null)
        {
            DynamicSetClock.EmitJumpIfOver(_code, Now, next);
        }

        _code.Mark(inTime);
    }

    private void EmitCounters(Label next)
    {
        Label counted = _code.DefineLabel("counted");
        _code.Jump(JumpCondition.Set, QuestionFunction.Argument, (int)DynamicSetTest.KeepBit, counted);
        _code.Move(Register.R1, 1);
        _code.AtomicAdd(MemorySize.DoubleWord, Element, DynamicSetLayout.Packets, Register.R1);
        _code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.PacketLength);
        _code.AtomicAdd(MemorySize.DoubleWord, Element, DynamicSetLayout.Bytes, Register.R1);
        _code.Mark(counted);
        EmitCompare(question.Packets, DynamicSetLayout.Packets, next);
        EmitCompare(question.Bytes, DynamicSetLayout.Bytes, next);
    }

    private void EmitCompare(SetCounterTest? test, int counter, Label next)
    {
        if (test is null)
        {
            return;
        }

        _code.Load(MemorySize.DoubleWord, Register.R1, Element, counter);
        _code.LoadConstant(Register.R2, test.Value);
        JumpCondition differs = test.Comparison switch
        {
            CounterComparison.Equal => JumpCondition.NotEqual,
            CounterComparison.NotEqual => JumpCondition.Equal,
            CounterComparison.Less => JumpCondition.GreaterOrEqual,
            _ => JumpCondition.LessOrEqual,
        };
        _code.Jump(differs, Register.R1, Register.R2, next);
    }

    private void EmitAnswer()
    {
        if (_set.HasNetworks)
        {
            const int NoMatchShift = 3;
            _code.Load(MemorySize.Word, Register.R1, Element, DynamicSetLayout.Flags);
            _code.Alu(AluOperation.And, Register.R1, DynamicSetLayout.NoMatch);
            _code.Move(Register.R2, QuestionFunction.Argument);
            _code.Alu(AluOperation.ShiftRight, Register.R2, NoMatchShift);
            _code.Alu(AluOperation.And, Register.R2, 1);
            _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, function.No);
        }

        _code.Jump(function.Yes);
    }
}
