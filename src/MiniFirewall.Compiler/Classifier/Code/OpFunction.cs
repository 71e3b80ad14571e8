using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>The function run_ops(ctx, key, op, entry): runs a program of ops (<see cref="OpFormat"/>) and returns its end.</summary>
/// <param name="turns">Ops that it runs at most, where the kernel has loops that are counted only.</param>
internal sealed class OpFunction(Assembler code, Family family, ImageAccess image, HelperFunctions helpers, FieldUse use, int turns)
{
    internal const int Missed = 0, Matched = 1, Invalid = 2;

    private const Register Context = Frame.BlockContext, Key = Frame.Key, Op = Register.R8, EntryIndex = Register.R9, Address = Register.R2;
    private const int SavedAnswer = -8;

    /// <summary>What there is room for, so that changes need no new program; and what old verifiers go through.</summary>
    private const int FewestTurns = 128, MostOfVerifier = 1024;

    /// <summary>Ops that a program over the image has to run, with some to spare; they only go forward.</summary>
    /// <exception cref="OldKernelException">More than a kernel goes through that has counted loops only.</exception>
    internal static int MostTurns(ClassifierImage image) => image.LongestProgram <= MostOfVerifier
        ? Math.Max(FewestTurns, image.LongestProgram)
        : throw new OldKernelException($"a rule takes {image.LongestProgram} tests, this kernel allows {MostOfVerifier}: Linux 6.9 or newer is needed");

    internal void EmitFunction(Label entry)
    {
        Label loop = code.DefineLabel("op"), other = code.DefineLabel("other op"), invalid = code.DefineLabel("invalid"), step = code.DefineLabel("step");
        Label isTrue = code.DefineLabel("true"), isFalse = code.DefineLabel("false");
        code.BeginFunction(new Function("run_ops", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size), new NumberParameter("op"), new NumberParameter("entry")]), entry);
        NullGuard.Emit(code, Register.R2, Invalid);
        code.Move(Context, Register.R1);
        code.Move(Key, Register.R2);
        code.Move(Op, Register.R3);
        code.Move(EntryIndex, Register.R4);

        code.Mark(loop);
        code.MayGoto(invalid, turns, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5);
        EmitAddress(Address, invalid);
        code.Load(MemorySize.Byte, Register.R3, Address, OpFormat.Kind);
        code.Jump(JumpCondition.NotEqual, Register.R3, (int)OpKind.Field, other);
        EmitField(isFalse, invalid);
        code.Mark(isTrue);
        code.Load(MemorySize.Half, Register.R3, Address, OpFormat.OnTrue);
        code.Jump(step);
        code.Mark(isFalse);
        code.Load(MemorySize.Half, Register.R3, Address, OpFormat.OnFalse);
        code.Mark(step);
        EmitStep(loop);
        code.Mark(other);
        EmitOther(isTrue, isFalse, invalid);
        code.Mark(invalid);
        EmitEnd(Invalid);
    }

    private void EmitAddress(Register address, Label invalid)
    {
        image.Bound(Op, image.Layout.Capacity.Ops, invalid);
        code.Move(Register.R1, Op);
        image.Address(address, image.Layout.Ops, Register.R1, 5);
    }

    /// <summary>Falls through where the field lies in the range.</summary>
    private void EmitField(Label isFalse, Label invalid)
    {
        code.Load(MemorySize.Byte, Register.R3, Address, OpFormat.Offset);
        image.Bound(Register.R3, PacketKey.Size - 7, invalid);
        code.Move(Register.R4, Key);
        code.Alu(AluOperation.Add, Register.R4, Register.R3);
        code.Load(MemorySize.DoubleWord, Register.R4, Register.R4, 0);
        code.Load(MemorySize.DoubleWord, Register.R5, Address, OpFormat.Mask);
        code.Alu(AluOperation.And, Register.R4, Register.R5);
        code.Load(MemorySize.DoubleWord, Register.R5, Address, OpFormat.Low);
        code.Alu(AluOperation.Subtract, Register.R4, Register.R5);
        code.Load(MemorySize.DoubleWord, Register.R5, Address, OpFormat.Span);
        code.Jump(JumpCondition.Greater, Register.R4, Register.R5, isFalse);
    }

    /// <summary>R3 is where the op leads.</summary>
    private void EmitStep(Label loop)
    {
        Label end = code.DefineLabel("end of program"), notMatch = code.DefineLabel("not a match"), invalid = code.DefineLabel("ends invalid");
        code.Jump(JumpCondition.GreaterOrEqual, Register.R3, OpFormat.FirstEnd, end);
        code.Alu(AluOperation.Add, Op, Register.R3);
        code.Jump(loop);
        code.Mark(end);
        code.Jump(JumpCondition.NotEqual, Register.R3, OpFormat.Match, notMatch);
        EmitEnd(Matched);
        code.Mark(notMatch);
        code.Jump(JumpCondition.NotEqual, Register.R3, OpFormat.Miss, invalid);
        EmitEnd(Missed);
        code.Mark(invalid);
        EmitEnd(Invalid);
    }

    private void EmitEnd(int result)
    {
        code.Move(Register.R0, result);
        code.Exit();
    }

    /// <summary>R3 is the kind.</summary>
    private void EmitOther(Label isTrue, Label isFalse, Label invalid)
    {
        code.Jump(JumpCondition.Equal, Register.R3, (int)OpKind.Always, isTrue);
        if (use.Sets)
        {
            EmitSet(isTrue, isFalse, invalid);
        }

        for (int number = 0; number < use.Questions.All.Count; number++)
        {
            EmitQuestion(number, use.Questions.All[number], isTrue, isFalse, invalid);
        }

        EmitEntry(invalid);
        bool isV6 = family == Family.IPv6;
        int tail = isV6 ? ImageFormat.V6Tail : ImageFormat.V4Tail;
        EmitPort(OpKind.EntrySourcePort, PacketKey.SourcePort, tail + ImageFormat.TailSourcePort, tail + ImageFormat.TailSourceWidth, isTrue, isFalse);
        EmitPort(OpKind.EntryDestinationPort, PacketKey.DestinationPort, tail + ImageFormat.TailDestinationPort, tail + ImageFormat.TailDestinationWidth, isTrue, isFalse);
        code.Jump(JumpCondition.NotEqual, Register.R3, (int)OpKind.EntryProtocol, invalid);
        code.Load(MemorySize.Byte, Register.R3, Key, PacketKey.Protocol);
        code.Load(MemorySize.Byte, Register.R4, Register.R5, isV6 ? ImageFormat.V6Protocol : ImageFormat.V4Protocol);
        code.Alu(AluOperation.Xor, Register.R3, Register.R4);
        code.Load(MemorySize.Byte, Register.R4, Register.R5, isV6 ? ImageFormat.V6ProtocolMask : ImageFormat.V4ProtocolMask);
        code.Alu(AluOperation.And, Register.R3, Register.R4);
        code.Jump(JumpCondition.NotEqual, Register.R3, 0, isFalse);
        code.Jump(isTrue);
    }

    private void EmitSet(Label isTrue, Label isFalse, Label invalid)
    {
        Label not = code.DefineLabel("no set op");
        code.Jump(JumpCondition.NotEqual, Register.R3, (int)OpKind.Set, not);
        code.Load(MemorySize.DoubleWord, Register.R3, Address, OpFormat.Low);
        helpers.CallSetLookupInR3();
        code.Jump(JumpCondition.Greater, Register.R0, SetLookupEmitter.InSet, invalid);
        EmitReturn(isTrue, isFalse, invalid);
        code.Mark(not);
    }

    /// <summary>The number counts only in an op of the kind: others use its place for something else.</summary>
    private void EmitQuestion(int number, Question question, Label isTrue, Label isFalse, Label invalid)
    {
        Label not = code.DefineLabel("another question");
        code.Jump(JumpCondition.NotEqual, Register.R3, (int)OpKind.Question, not);
        code.Load(MemorySize.Half, Register.R4, Address, OpFormat.Argument);
        code.Jump(JumpCondition.NotEqual, Register.R4, number, not);
        code.Load(MemorySize.DoubleWord, Register.R3, Address, OpFormat.Low);
        helpers.CallQuestionInR3(question);
        EmitReturn(isTrue, isFalse, invalid);
        code.Mark(not);
    }

    /// <summary>A call that asked for something answers 0 or not in R0, and has lost the op's address.</summary>
    private void EmitReturn(Label isTrue, Label isFalse, Label invalid)
    {
        code.Store(MemorySize.DoubleWord, Register.R10, SavedAnswer, Register.R0);
        EmitAddress(Address, invalid);
        code.Load(MemorySize.DoubleWord, Register.R0, Register.R10, SavedAnswer);
        code.Jump(JumpCondition.Equal, Register.R0, 0, isFalse);
        code.Jump(isTrue);
    }

    /// <summary>R5 = the entry.</summary>
    private void EmitEntry(Label invalid)
    {
        image.Bound(EntryIndex, image.Layout.Capacity.Entries, invalid);
        code.Move(Register.R1, EntryIndex);
        image.Address(Register.R5, image.Layout.Entries, Register.R1, family == Family.IPv6 ? 6 : 5);
    }

    private void EmitPort(OpKind kind, int field, int low, int width, Label isTrue, Label isFalse)
    {
        Label not = code.DefineLabel("no port op");
        code.Jump(JumpCondition.NotEqual, Register.R3, (int)kind, not);
        PortRange.EmitBeyond(code, Key, field, Register.R5, low, width, isFalse);
        code.Jump(isTrue);
        code.Mark(not);
    }
}
