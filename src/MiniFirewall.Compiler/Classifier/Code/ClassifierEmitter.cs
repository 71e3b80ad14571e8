using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Retarget.Loops;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>
/// Emits the code that leads a packet through the chains of an image, inside main: finds the chain's first match, counts, goes
/// on, jumps, returns. The code is the same for every list of rules; sizes of sections are its only difference.
/// </summary>
internal sealed class ClassifierEmitter
{
    /// <summary>Chains that can wait for a called one's end; front ends refuse deeper calls or copy.</summary>
    internal const int DeepestCall = 16;

    // From main's counter index down, over what its prologue needs no more: all functions' stacks together have 512 bytes. The callers are
    // 4 * DeepestCall bytes, the records of the calls that wait; what is below them programs with callbacks do without.
    private const int Depth = Frame.MainKey - 6, IsOdd = Frame.MainKey - 7, Context = Frame.MainKey - 16, PacketTuples = Frame.MainKey - 24, Ports = Frame.MainKey - 32, Salt = Frame.MainKey - 40, Tuples = Frame.MainKey - 48;
    private const int Low = Frame.MainKey - 52, Epoch = Frame.MainKey - 56, Action = Frame.MainKey - 64, Candidate = Frame.MainKey - 72, Chain = Frame.MainKey - 80, Element = Frame.MainKey - 88;
    private const int OddEntry = Ports + 4;
    private const int Callers = Element - (4 * DeepestCall), ChainTuples = Callers - 8, End = Callers - 12;

    /// <summary>How the loops become a callback: what lives from turn to turn stands between the numbers of four bytes.</summary>
    internal static readonly TurnPlan Turns = new(Frame.Key, Frame.MainKey, Frame.MainKey - 5, new Dictionary<Register, int>
    {
        [Register.R0] = FirstSlot,
        [Register.R1] = FirstSlot,
        [LookupSite.Best] = SecondSlot,
        [Register.R8] = ThirdSlot,
        [Register.R9] = FourthSlot,
    }.ToImmutableDictionary());

    /// <summary>Of old kernels' programs another number stands there; they do without.</summary>
    private const int Likely = Action + 4;

    private const int FirstSlot = Action + 4, SecondSlot = Candidate + 4, ThirdSlot = Chain + 4, FourthSlot = Element + 4;

    private readonly Assembler _code;
    private readonly Family _family;
    private readonly HelperFunctions _helpers;
    private readonly ImageAccess _image;
    private readonly List<OddTest>? _oddTests;
    private readonly Label _runOps, _findOdd;
    private readonly OpFunction _ops;
    private readonly bool _asksQuestions, _answers, _hasMayGoto;

    /// <param name="layout">Of the image.</param>
    /// <param name="oddTests">Of all statements of the image.</param>
    /// <param name="mostOps">Ops that are run for one statement at most; 0 where any number is, by may_goto. Else the loops are to become a callback (<see cref="Turns"/>).</param>
    internal ClassifierEmitter(Assembler code, Family family, ImageLayout layout, HelperFunctions helpers, List<OddTest>? oddTests, FieldUse use, int mostOps)
    {
        _code = code;
        _family = family;
        _helpers = helpers;
        _image = new(code, layout);
        _hasMayGoto = mostOps == 0;
        _oddTests = oddTests;
        _runOps = code.DefineLabel("run_ops");
        _findOdd = code.DefineLabel("find_odd");
        _ops = new(code, family, _image, helpers, use, mostOps);
        _asksQuestions = use.Questions.All.Count > 0;
        _answers = use.Answers;
    }

    /// <summary>
    /// Inside main, with the key in R6 and the context in R7. Goes to <paramref name="verdict"/> with a result in R0, or falls
    /// through where the chain ends without one; R7 and R9 are then main's again.
    /// </summary>
    internal void EmitEntry(int chain, Label verdict)
    {
        Label enter = _code.DefineLabel("enter chain"), next = _code.DefineLabel("next match"), found = _code.DefineLabel("found");
        Label leave = _code.DefineLabel("leave chain"), invalid = _code.DefineLabel("dropped"), end = _code.DefineLabel("end of entry chain"), leaveWith = _code.DefineLabel("result");
        EmitOddness();

        EmitForgetKey(invalid, chain);

        _code.Mark(enter);
        EmitOpenChain(invalid, setLow: true);
        _code.Mark(next);
        EmitFind(found, leave, invalid);
        _code.Mark(leave);
        EmitLeave(end, next, invalid);
        _code.Mark(found);
        EmitFound(enter, next, leave, invalid, leaveWith);

        _code.Mark(invalid);
        _code.Move(Register.R0, ResultCode.Invalid);
        _code.Mark(leaveWith);
        EmitRestore();
        _code.Jump(verdict);
        _code.Mark(end);
        EmitRestore();
    }

    internal void EmitFunctions()
    {
        if (_hasMayGoto)
        {
            new OddFunction(_code, _family, _image, _runOps).EmitFunction(_findOdd);
        }

        _ops.EmitFunction(_runOps);
    }

    /// <summary>What the code behind the verdict expects where blocks leave it.</summary>
    private void EmitRestore()
    {
        _code.Load(MemorySize.DoubleWord, Frame.BlockContext, Register.R10, Context);
        _code.Load(MemorySize.Word, Frame.SkbLength, Frame.Key, PacketKey.PacketLength);
    }

    /// <summary>
    /// The context, and zeros, but read ones: of what it knows to be zero the verifier would think apart, once a depth of calls,
    /// once for odd packets, and so on.
    /// </summary>
    private void EmitZeros()
    {
        _code.Store(MemorySize.DoubleWord, Register.R10, Context, Frame.BlockContext);
        _code.LoadMapValue(Register.R1, WellKnownMaps.Image, ImageLayout.ZeroWord);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, 0);
        _code.Store(MemorySize.Byte, Register.R10, Depth, Register.R1);
        _code.Store(MemorySize.Byte, Register.R10, IsOdd, Register.R1);
        foreach (int word in (ReadOnlySpan<int>)[PacketTuples, Ports])
        {
            _code.Store(MemorySize.DoubleWord, Register.R10, word, Register.R1);
        }

        foreach (int number in (ReadOnlySpan<int>)[Action, Candidate, Element, .. _hasMayGoto ? (ReadOnlySpan<int>)[] : [FirstSlot, SecondSlot, ThirdSlot, FourthSlot]])
        {
            _code.Store(MemorySize.Word, Register.R10, number, Register.R1);
        }

        _code.LoadMapValue(Register.R1, WellKnownMaps.Epoch);
        _code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        _code.Store(MemorySize.Word, Register.R10, Epoch, Register.R1);
    }

    /// <summary>
    /// Writes zero over a byte of the key that is zero, at a place that the verifier does not know: so it forgets what it
    /// knows of the key, which would be different before and after each call that takes the key. The same for the callers. R1 =
    /// the chain.
    /// </summary>
    private void EmitForgetKey(Label invalid, int chain)
    {
        _code.LoadMapValue(Register.R2, WellKnownMaps.Image, ImageLayout.SpareByteWord);
        _code.Load(MemorySize.Word, Register.R2, Register.R2, 0);
        _image.Bound(Register.R2, PacketKey.Size, invalid);
        _code.LoadMapValue(Register.R3, WellKnownMaps.Image, ImageLayout.ZeroWord);
        _code.Load(MemorySize.DoubleWord, Register.R3, Register.R3, 0);
        _code.Move(Register.R4, Register.R2);
        _code.Alu(AluOperation.And, Register.R4, (4 * DeepestCall) - 1);
        _code.Alu(AluOperation.Add, Register.R2, Register.R10);
        _code.Store(MemorySize.Byte, Register.R2, Frame.MainKey, Register.R3);
        _code.Alu(AluOperation.Add, Register.R4, Register.R10);
        _code.Store(MemorySize.Byte, Register.R4, Callers, Register.R3);
        _code.Store(MemorySize.Word, Register.R10, Frame.MainCounterIndex, Register.R3);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Ports);
        _code.Alu(AluOperation.Or, Register.R1, Register.R3);
        _code.Store(MemorySize.DoubleWord, Register.R10, Ports, Register.R1);
        _code.Move(Register.R1, chain);
        _code.Alu(AluOperation.Or, Register.R1, Register.R3);
        _code.Store(MemorySize.Word, Register.R10, Chain, Register.R1);
    }

    private void EmitOddness()
    {
        Label odd = _code.DefineLabel("odd"), done = _code.DefineLabel("oddness known");
        new OddnessEmitter(_code, _family, _oddTests).Emit(odd);
        if (_oddTests is not null)
        {
            EmitZeros();
            new FilterEmitter(_code, _family, _image).Emit(PacketTuples, Ports);
            _code.Jump(done);
        }

        _code.Mark(odd);
        EmitZeros();
        _code.StoreImmediate(MemorySize.Byte, Register.R10, IsOdd, 1);
        _code.Mark(done);
    }

    /// <summary>R1 is a chain's number: reads what a search in it needs. Without setLow the place in it stays.</summary>
    private void EmitOpenChain(Label invalid, bool setLow)
    {
        _image.Bound(Register.R1, _image.Layout.Capacity.Chains, invalid);
        _image.AddressOfChain(Register.R2, Register.R1);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R2, ImageFormat.ChainSalt);
        _code.Store(MemorySize.DoubleWord, Register.R10, Salt, Register.R1);
        if (_hasMayGoto)
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, Register.R2, ImageFormat.ChainTuples);
            _code.Store(MemorySize.DoubleWord, Register.R10, ChainTuples, Register.R1);
            _code.Load(MemorySize.Word, Register.R1, Register.R2, ImageFormat.ChainEnd);
            _code.Store(MemorySize.Word, Register.R10, End, Register.R1);
            _code.Load(MemorySize.Word, Register.R1, Register.R2, ImageFormat.ChainLikely);
            _code.Store(MemorySize.Word, Register.R10, Likely, Register.R1);
        }

        if (setLow)
        {
            _code.Load(MemorySize.Word, Register.R1, Register.R2, ImageFormat.ChainFirst);
            _code.Store(MemorySize.Word, Register.R10, Low, Register.R1);
        }
    }

    /// <summary>To found with the order in R7 and the action in R1, or to leave.</summary>
    private void EmitFind(Label found, Label leave, Label invalid)
    {
        Label odd = _code.DefineLabel("odd search");
        _code.MayGoto(invalid, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5, LookupSite.Best, Register.R8, Register.R9);
        _code.Load(MemorySize.Byte, Register.R1, Register.R10, IsOdd);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, odd);
        EmitTuplesAndEnd(ImageFormat.ChainTuples, invalid);
        _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, PacketTuples);
        _code.Alu(AluOperation.And, Register.R1, Register.R2);
        EmitSearch(isOdd: false, found, leave, invalid);
        _code.Mark(odd);
        if (_hasMayGoto)
        {
            EmitCallFindOdd(found, leave);
        }
        else
        {
            EmitFindOdd(found, leave, invalid);
        }
    }

    /// <summary>R1 = the tuples of one of the chain's views, R7 = the order behind its last rule.</summary>
    private void EmitTuplesAndEnd(int tuples, Label invalid)
    {
        if (_hasMayGoto)
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, ChainTuples);
            _code.Load(MemorySize.Word, LookupSite.Best, Register.R10, End);
            return;
        }

        _code.Load(MemorySize.Word, Register.R2, Register.R10, Chain);
        _image.Bound(Register.R2, _image.Layout.Capacity.Chains, invalid);
        _image.AddressOfChain(Register.R1, Register.R2);
        _code.Load(MemorySize.Word, LookupSite.Best, Register.R1, ImageFormat.ChainEnd);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, tuples);
    }

    /// <summary>Searches the view whose tuples are in R1, up to the order in R7.</summary>
    private void EmitSearch(bool isOdd, Label found, Label leave, Label invalid)
    {
        _code.Store(MemorySize.DoubleWord, Register.R10, Tuples, Register.R1);
        _code.LoadMapValue(Register.R1, WellKnownMaps.Image, ImageLayout.ZeroWord);
        _code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        _code.Store(MemorySize.Word, Register.R10, Action, Register.R1);
        var site = new LookupSite(isOdd, Context, Tuples, Ports, Salt, Low, Action, Candidate, Element, isOdd ? OddEntry : 0, Epoch, _hasMayGoto && !isOdd ? Likely : null);
        new LookupEmitter(_code, _family, _image, site, _runOps).Emit(invalid);
        _code.Load(MemorySize.Word, Register.R1, Register.R10, Action);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, found);
        _code.Jump(leave);
    }

    /// <summary>The search for odd packets in place: a callback has no stack left for a function that goes round itself.</summary>
    private void EmitFindOdd(Label found, Label leave, Label invalid)
    {
        EmitTuplesAndEnd(ImageFormat.ChainOddTuples, invalid);
        EmitSearch(isOdd: true, found, leave, invalid);
    }

    private void EmitCallFindOdd(Label found, Label leave)
    {
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Context);
        _code.Move(Register.R2, Frame.Key);
        _code.Load(MemorySize.Word, Register.R3, Register.R10, End);
        _code.Alu(AluOperation.ShiftLeft, Register.R3, 32);
        _code.Load(MemorySize.Word, Register.R4, Register.R10, Low);
        _code.Alu(AluOperation.Or, Register.R3, Register.R4);
        _code.Load(MemorySize.Word, Register.R4, Register.R10, Chain);
        _code.Load(MemorySize.Word, Register.R5, Register.R10, Epoch);
        _code.Call(_findOdd);
        _code.Jump(JumpCondition.Equal, Register.R0, 0, leave);
        _code.Move(LookupSite.Best, Register.R0);
        _code.Alu(AluOperation.ShiftRight, LookupSite.Best, 32);
        _code.Alu(AluOperation.Move, Register.R1, Register.R0, OperandWidth.Bits32);
        _code.Jump(found);
    }

    /// <summary>Back behind the call of the chain, or to the end where nobody called.</summary>
    private void EmitLeave(Label end, Label next, Label invalid)
    {
        _code.Load(MemorySize.Byte, Register.R1, Register.R10, Depth);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, end);
        _code.Alu(AluOperation.Subtract, Register.R1, 1);
        _image.Bound(Register.R1, DeepestCall, invalid);
        _code.Store(MemorySize.Byte, Register.R10, Depth, Register.R1);
        EmitCallerAddress(Register.R1);
        _code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        _image.Bound(Register.R1, _image.Layout.Capacity.Records, invalid);
        _image.AddressOfRecord(Register.R8, Register.R1);
        _code.Load(MemorySize.Word, Register.R1, Register.R8, ImageFormat.RecordOwnOrder);
        _code.Alu(AluOperation.Add, Register.R1, 1);
        _code.Store(MemorySize.Word, Register.R10, Low, Register.R1);
        _code.Load(MemorySize.Word, Register.R1, Register.R8, ImageFormat.RecordOwnChain);
        _code.Store(MemorySize.Word, Register.R10, Chain, Register.R1);
        EmitOpenChain(invalid, setLow: false);
        _code.Jump(next);
    }

    /// <summary>register = address of the caller of that depth.</summary>
    private void EmitCallerAddress(Register register)
    {
        _code.Alu(AluOperation.ShiftLeft, register, 2);
        _code.Alu(AluOperation.Add, register, Register.R10);
        _code.Alu(AluOperation.Add, register, Callers);
    }

    /// <summary>R7 is the order, R1 the action.</summary>
    private void EmitFound(Label enter, Label next, Label leave, Label invalid, Label leaveWith)
    {
        Label record = _code.DefineLabel("record"), isDecision = _code.DefineLabel("decision");
        _code.Move(Register.R2, Register.R1);
        _code.Alu(AluOperation.And, Register.R2, 3);
        _code.Move(Register.R0, Register.R1);
        _code.Jump(JumpCondition.NotEqual, Register.R2, 0, leaveWith);

        _code.Mark(record);
        _code.Alu(AluOperation.Add, LookupSite.Best, 1);
        _code.Store(MemorySize.Word, Register.R10, Low, LookupSite.Best);
        _code.Alu(AluOperation.ShiftRight, Register.R1, 2);
        _image.Bound(Register.R1, _image.Layout.Capacity.Records, invalid);
        _code.Store(MemorySize.Word, Register.R10, Candidate, Register.R1);
        _image.AddressOfRecord(Register.R8, Register.R1);
        if (_asksQuestions)
        {
            EmitLate(next, invalid);
        }

        _code.Load(MemorySize.Byte, Register.R1, Register.R8, ImageFormat.RecordKind);
        _code.Jump(JumpCondition.Equal, Register.R1, (int)RecordKind.Decide, isDecision);
        EmitCount();
        EmitEvent();
        EmitGoOn(enter, next, leave, invalid);
        _code.Mark(isDecision);
        EmitEvent();
        if (_answers)
        {
            EmitReject();
        }

        _code.Load(MemorySize.Word, Register.R0, Register.R8, ImageFormat.RecordResult);
        _code.Jump(leaveWith);
    }

    /// <summary>R8 is a record: goes on behind it where the packet does not match its late steps.</summary>
    private void EmitLate(Label next, Label invalid)
    {
        Label matched = _code.DefineLabel("late steps match");
        _code.Load(MemorySize.Word, Register.R3, Register.R8, ImageFormat.RecordLate);
        _code.Jump(JumpCondition.Equal, Register.R3, 0, matched);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Context);
        _code.Move(Register.R2, Frame.Key);
        _code.Move(Register.R4, 0);
        _code.Call(_runOps);
        _code.Jump(JumpCondition.Equal, Register.R0, OpFunction.Missed, next);
        _code.Jump(JumpCondition.NotEqual, Register.R0, OpFunction.Matched, invalid);
        _code.Mark(matched);
    }

    private void EmitCount()
    {
        _code.Load(MemorySize.Word, Register.R0, Register.R8, ImageFormat.RecordResult);
        _code.Alu(AluOperation.ShiftRight, Register.R0, 2);
        CounterEmitter.EmitOfR0(_code, Frame.MainCounterIndex, Element, length => _code.Load(MemorySize.Word, length, Frame.Key, PacketKey.PacketLength));
    }

    private void EmitEvent()
    {
        Label silent = _code.DefineLabel("silent");
        _code.Load(MemorySize.Byte, Register.R1, Register.R8, ImageFormat.RecordEmits);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, silent);
        _code.Load(MemorySize.Word, Register.R2, Register.R8, ImageFormat.RecordResult);
        _code.Alu(AluOperation.ShiftRight, Register.R2, 2);
        _code.LoadConstant(Register.R3, (ulong)EventKind.Log << 32);
        _code.Alu(AluOperation.Or, Register.R2, Register.R3);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Context);
        _helpers.CallLogInR2(Register.R1);
        _code.Mark(silent);
    }

    /// <summary>R8 is the record of a statement that decides.</summary>
    private void EmitReject()
    {
        Label silent = _code.DefineLabel("no answer");
        _code.Load(MemorySize.Byte, Register.R2, Register.R8, ImageFormat.RecordAnswer);
        _code.Jump(JumpCondition.Equal, Register.R2, 0, silent);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Context);
        _helpers.CallRejectInR2(Register.R1);
        _code.Mark(silent);
    }

    /// <summary>R8 is the record of a statement that decides nothing.</summary>
    private void EmitGoOn(Label enter, Label next, Label leave, Label invalid)
    {
        Label change = _code.DefineLabel("change chain");
        _code.Load(MemorySize.Byte, Register.R1, Register.R8, ImageFormat.RecordKind);
        _code.Jump(JumpCondition.Equal, Register.R1, (int)RecordKind.Continue, next);
        _code.Jump(JumpCondition.Equal, Register.R1, (int)RecordKind.Leave, leave);
        _code.Jump(JumpCondition.Equal, Register.R1, (int)RecordKind.TailTo, change);

        _code.Load(MemorySize.Byte, Register.R1, Register.R10, Depth);
        _image.Bound(Register.R1, DeepestCall, invalid);
        _code.Move(Register.R2, Register.R1);
        _code.Alu(AluOperation.Add, Register.R2, 1);
        _code.Store(MemorySize.Byte, Register.R10, Depth, Register.R2);
        EmitCallerAddress(Register.R1);
        _code.Load(MemorySize.Word, Register.R2, Register.R10, Candidate);
        _code.Store(MemorySize.Word, Register.R1, 0, Register.R2);
        _code.Mark(change);
        _code.Load(MemorySize.Word, Register.R1, Register.R8, ImageFormat.RecordChain);
        _code.Store(MemorySize.Word, Register.R10, Chain, Register.R1);
        _code.Jump(enter);
    }
}
