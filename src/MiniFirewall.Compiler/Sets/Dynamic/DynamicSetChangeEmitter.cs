using MiniFirewall.Asm;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>
/// Puts a packet's element into a set or takes it out, on several processors at once: who makes an element absent
/// (<see cref="DynamicSetLayout.Absent"/>), and who puts it into the map, is one.
/// </summary>
internal sealed class DynamicSetChangeEmitter
{
    private const Register Element = Register.R7, Expires = Register.R1;

    /// <summary>What the map says when it is full (E2BIG).</summary>
    private const int Full = -7;

    /// <summary>BPF_NOEXIST.</summary>
    private const int OnlyNew = 1;

    private readonly Assembler _code;
    private readonly QuestionFunction _function;
    private readonly DynamicSetChange _question;
    private readonly DynamicSet _set;
    private readonly DynamicSetKey _key;
    private readonly PrefixWalk[] _walks;
    private readonly string _elements;

    private DynamicSetChangeEmitter(DynamicSetChange question, QuestionFunction function)
    {
        (_question, _function, _code, _set) = (question, function, function.Code, question.Set);
        _key = new(_set, function);
        _elements = DynamicSetLayout.ElementMap(_set.Name);
        _walks =
        [
            .. _set.FirstIsNetwork ? (ReadOnlySpan<PrefixWalk>)[WalkOf(isFirst: true)] : [],
            .. _set.SecondIsNetwork ? (ReadOnlySpan<PrefixWalk>)[WalkOf(isFirst: false)] : [],
        ];
    }

    private int Now => _key.At - 8;

    private bool HasTime => _set.Details.Timeout is not null;

    private Label Done => _function.Yes;

    internal static void Emit(DynamicSetChange question, QuestionFunction function) => new DynamicSetChangeEmitter(question, function).Emit();

    private PrefixWalk WalkOf(bool isFirst) => new(_function, _key, isFirst, _key.PlaceOf(isFirst), Now - 16);

    private void Emit()
    {
        Label isNew = _code.DefineLabel("new element");
        _key.Emit(Done);
        EmitRefuseZero();
        _code.LoadMapValue(PrefixWalk.Header, DynamicSetLayout.HeaderMap(_set.Name));
        foreach (PrefixWalk walk in _walks)
        {
            EmitLongest(walk);
        }

        if (HasTime)
        {
            DynamicSetClock.Emit(_function, Now);
        }

        EmitFind(isNew);
        EmitMeet();
        _code.Mark(isNew);
        EmitNew();
    }

    private void EmitRefuseZero()
    {
        if (!_set.RefusesZero)
        {
            return;
        }

        int place = _key.PlaceOf(isFirst: true);
        bool isShort = DynamicSetLayout.IsShort(_set);
        _code.Load(isShort ? MemorySize.Word : MemorySize.DoubleWord, Register.R1, Register.R10, place);
        if (!isShort)
        {
            _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, place + 8);
            _code.Alu(AluOperation.Or, Register.R1, Register.R2);
        }

        _code.Jump(JumpCondition.Equal, Register.R1, 0, Done);
    }

    /// <summary>A packet's element has the longest prefix length that there is; a whole address where there is none.</summary>
    private void EmitLongest(PrefixWalk walk)
    {
        Label none = _code.DefineLabel("no length"), known = _code.DefineLabel("longest known");
        walk.EmitBegin();
        walk.EmitNext(none);
        _code.Jump(known);
        _code.Mark(none);
        walk.EmitWhole();
        _code.Mark(known);
    }

    /// <summary>R7 = the key's element.</summary>
    private void EmitFind(Label missing)
    {
        EmitMapAndKey();
        _code.Call(Helper.MapLookupElement);
        _code.Jump(JumpCondition.Equal, Register.R0, 0, missing);
        _code.Move(Element, Register.R0);
    }

    private void EmitMapAndKey()
    {
        _code.LoadMap(Register.R1, _elements);
        _function.EmitStackAddress(Register.R2, _key.At);
    }

    /// <summary>The element is there.</summary>
    private void EmitMeet()
    {
        Label removes = _code.DefineLabel("remove"), renew = _code.DefineLabel("renew"), alive = _code.DefineLabel("alive");
        _code.Load(MemorySize.DoubleWord, Expires, Element, DynamicSetLayout.Expires);
        _code.Jump(JumpCondition.Equal, Expires, DynamicSetLayout.Absent, Done);
        _code.Jump(JumpCondition.Set, QuestionFunction.Argument, (int)DynamicSetChange.RemoveBit, removes);
        EmitJumpIfOver(renew, alive);
        _code.Jump(JumpCondition.Set, QuestionFunction.Argument, (int)DynamicSetChange.RenewBit, renew);
        _code.Jump(Done);
        _code.Mark(renew);
        EmitRenew();
        _code.Mark(removes);
        EmitRemove();
    }

    /// <summary>Goes to <paramref name="over"/> where the element's time is over, and falls through, at the other label, where not.</summary>
    private void EmitJumpIfOver(Label over, Label alive)
    {
        if (HasTime)
        {
            _code.Jump(JumpCondition.Equal, Expires, 0, alive);
            DynamicSetClock.EmitJumpIfOver(_code, Now, over);
        }

        _code.Mark(alive);
    }

    /// <summary>Of several processors that renew an element at once, one does.</summary>
    private void EmitRenew()
    {
        _code.Move(Register.R0, Expires);
        _code.Move(Register.R5, Expires);
        EmitExpires();
        _code.AtomicCompareExchange(MemorySize.DoubleWord, Element, DynamicSetLayout.Expires, Expires);
        _code.Jump(JumpCondition.NotEqual, Register.R0, Register.R5, Done);
        EmitFill();
        _code.Jump(Done);
    }

    private void EmitRemove()
    {
        EmitJumpIfOver(Done, _code.DefineLabel("still there"));
        _code.Move(Register.R0, Expires);
        _code.Move(Register.R5, Expires);
        _code.Move(Register.R1, DynamicSetLayout.Absent);
        _code.AtomicCompareExchange(MemorySize.DoubleWord, Element, DynamicSetLayout.Expires, Register.R1);
        _code.Jump(JumpCondition.NotEqual, Register.R0, Register.R5, Done);
        EmitMapAndKey();
        _code.Call(Helper.MapDeleteElement);
        _code.Jump(JumpCondition.NotEqual, Register.R0, 0, Done);
        EmitCount(-1);
        _code.Jump(Done);
    }

    private void EmitNew()
    {
        Label made = _code.DefineLabel("made");
        _code.Jump(JumpCondition.Set, QuestionFunction.Argument, (int)DynamicSetChange.RemoveBit, Done);
        EmitRange();
        EmitCount(1);
        EmitInsert();
        _code.Jump(JumpCondition.Equal, Register.R0, 0, made);
        EmitFull(made);
        EmitCount(-1);
        _code.Jump(Done);
        _code.Mark(made);
        EmitFind(Done);
        EmitFill();
        EmitExpires();
        _code.Store(MemorySize.DoubleWord, Element, DynamicSetLayout.Expires, Expires);
        _code.Jump(Done);
    }

    private void EmitRange()
    {
        if (_set.Shape.Port == SetPort.TcpOrUdp)
        {
            _code.Load(MemorySize.Half, Register.R1, Register.R10, _key.At + DynamicSetLayout.Port);
            _code.Jump(JumpCondition.Less, Register.R1, _set.Details.LowestPort, Done);
            _code.Jump(JumpCondition.Greater, Register.R1, _set.Details.HighestPort, Done);
        }
    }

    /// <summary>R0 = 0 where the element is new, and in the map, absent.</summary>
    private void EmitInsert()
    {
        EmitMapAndKey();
        _code.Move(Register.R3, PrefixWalk.Header);
        _code.Alu(AluOperation.Add, Register.R3, DynamicSetLayout.Template);
        _code.Move(Register.R4, OnlyNew);
        _code.Call(Helper.MapUpdateElement);
    }

    /// <summary>A full set is cleared of elements whose time is over, once a second at most, since all of them have to be looked at.</summary>
    private void EmitFull(Label made)
    {
        if (!HasTime)
        {
            return;
        }

        Label full = _code.DefineLabel("full"), callback = _code.DefineLabel("clear_element");

        // An int on kernels before 6.4: the upper half says nothing.
        _code.Jump(JumpCondition.NotEqual, Register.R0, Full, full, OperandWidth.Bits32);
        _code.Load(MemorySize.DoubleWord, Register.R1, PrefixWalk.Header, DynamicSetLayout.LastClearing);
        _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, Now);
        _code.Move(Register.R3, Register.R2);
        _code.Alu(AluOperation.Subtract, Register.R3, Register.R1);
        _code.Jump(JumpCondition.Less, Register.R3, _question.Hertz, full);
        _code.Store(MemorySize.DoubleWord, PrefixWalk.Header, DynamicSetLayout.LastClearing, Register.R2);
        _code.LoadMap(Register.R1, _elements);
        _code.LoadFunction(Register.R2, callback);
        _code.Move(Register.R3, 0);
        _code.Move(Register.R4, 0);
        _code.Call(Helper.ForEachMapElement);
        EmitInsert();
        _code.Jump(JumpCondition.Equal, Register.R0, 0, made);
        _code.Mark(full);
        _function.Behind(() => EmitClear(callback));
    }

    /// <summary>clear_element(map, key, value, context): takes one element away where its time is over.</summary>
    private void EmitClear(Label entry)
    {
        const Register Value = Register.R6, Key = Register.R7, Map = Register.R8, Before = Register.R9;
        Label keep = _code.DefineLabel("keep");
        _code.BeginFunction(
            new Function("clear_element", IsGlobal: false, [new NumberParameter("map"), new NumberParameter("key"), new NumberParameter("value"), new NumberParameter("context")]), entry);
        _code.Move(Value, Register.R3);
        _code.Move(Key, Register.R2);
        _code.Move(Map, Register.R1);
        _code.Load(MemorySize.DoubleWord, Before, Value, DynamicSetLayout.Expires);
        _code.Jump(JumpCondition.LessOrEqual, Before, DynamicSetLayout.Absent, keep);
        DynamicSetClock.EmitRead(_function);
        _code.Alu(AluOperation.Subtract, Register.R0, Before);
        _code.Jump(JumpCondition.SignedLessOrEqual, Register.R0, 0, keep);
        _code.Move(Register.R0, Before);
        _code.Move(Register.R1, DynamicSetLayout.Absent);
        _code.AtomicCompareExchange(MemorySize.DoubleWord, Value, DynamicSetLayout.Expires, Register.R1);
        _code.Jump(JumpCondition.NotEqual, Register.R0, Before, keep);
        _code.Load(MemorySize.Word, Before, Key, DynamicSetLayout.FirstPrefix);
        _code.Move(Register.R1, Map);
        _code.Move(Register.R2, Key);
        _code.Call(Helper.MapDeleteElement);
        _code.Jump(JumpCondition.NotEqual, Register.R0, 0, keep);
        EmitUncount(Before, isFirst: true);
        EmitUncount(Before, isFirst: false);
        _code.Mark(keep);
        _code.Move(Register.R0, 0);
        _code.Exit();
    }

    /// <summary>One element less has the prefix length that a key's first word has.</summary>
    private void EmitUncount(Register word, bool isFirst)
    {
        if (!(isFirst ? _set.FirstIsNetwork : _set.SecondIsNetwork))
        {
            return;
        }

        Label isV4 = _code.DefineLabel("of IPv4"), done = _code.DefineLabel("uncounted");
        _code.Move(Register.R1, word);
        _code.Alu(AluOperation.ShiftRight, Register.R1, 8 * (isFirst ? DynamicSetLayout.FirstPrefix : DynamicSetLayout.SecondPrefix));
        _code.Alu(AluOperation.And, Register.R1, byte.MaxValue);
        _code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        _code.LoadMapValue(Register.R2, DynamicSetLayout.HeaderMap(_set.Name));
        _code.Alu(AluOperation.Add, Register.R2, Register.R1);
        _code.Move(Register.R3, -1);
        _code.Move(Register.R1, word);
        _code.Alu(AluOperation.ShiftRight, Register.R1, 8 * DynamicSetLayout.Version);
        _code.Alu(AluOperation.And, Register.R1, byte.MaxValue);
        _code.Jump(JumpCondition.Equal, Register.R1, 4, isV4);
        _code.AtomicAdd(MemorySize.Word, Register.R2, DynamicSetLayout.CountsOf(Family.IPv6, isFirst), Register.R3);
        _code.Jump(done);
        _code.Mark(isV4);
        _code.AtomicAdd(MemorySize.Word, Register.R2, DynamicSetLayout.CountsOf(Family.IPv4, isFirst), Register.R3);
        _code.Mark(done);
    }

    private void EmitCount(int change)
    {
        foreach (PrefixWalk walk in _walks)
        {
            walk.EmitCount(change);
        }
    }

    /// <summary>The element is the packet's own, and nothing else is said of it.</summary>
    private void EmitFill()
    {
        if (_set.Details.Counts)
        {
            _code.StoreImmediate(MemorySize.DoubleWord, Element, DynamicSetLayout.Packets, 1);
            _code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.PacketLength);
            _code.Store(MemorySize.DoubleWord, Element, DynamicSetLayout.Bytes, Register.R1);
        }

        if (_set.HasNetworks)
        {
            _code.Load(MemorySize.Word, Register.R1, Element, DynamicSetLayout.Flags);
            _code.Alu(AluOperation.And, Register.R1, ~DynamicSetLayout.NoMatch);
            _code.Store(MemorySize.Word, Element, DynamicSetLayout.Flags, Register.R1);
        }
    }

    /// <summary>R1 = when an element goes that begins now; 0 for never. Loses R2.</summary>
    private void EmitExpires()
    {
        if (!HasTime)
        {
            _code.Move(Expires, 0);
            return;
        }

        Label given = _code.DefineLabel("time given"), done = _code.DefineLabel("end known");
        _code.Move(Expires, QuestionFunction.Argument);
        _code.Alu(AluOperation.ShiftRight, Expires, DynamicSetChange.SecondsShift);
        _code.Jump(JumpCondition.Set, QuestionFunction.Argument, (int)DynamicSetChange.SecondsBit, given);
        _code.Move(Expires, (int)_set.Details.Timeout!.Value);
        _code.Mark(given);
        _code.Jump(JumpCondition.Equal, Expires, 0, done);
        _code.Alu(AluOperation.Multiply, Expires, _question.Hertz);
        _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, Now);
        _code.Alu(AluOperation.Add, Expires, Register.R2);
        _code.Mark(done);
    }
}
