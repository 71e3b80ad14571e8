using MiniFirewall.Asm;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Asks for the chunks of an SCTP packet. Meaning: SctpChunks.Answer, that is net/netfilter/xt_sctp.c, match_packet. A chunk has
/// at least four bytes, so the loop has a turn for each that a packet can hold.
/// </summary>
internal static class SctpChunksEmitter
{
    private const int CommonHeader = 12, MostChunks = 16384;

    // The frame: where the walk is and where the packet ends (bytes from the network header), a bit for each member of the set that
    // has not come up yet, what the walk came to, bytes as they are read. The bits stand where the verifier keeps nothing of their
    // values (not at a multiple of eight), so that one turn looks like another.
    private const int At = 0, End = 8, Missing = 20, Status = 24, Read = 32, FrameBytes = 56;

    private const int MostMembers = 32;

    /// <summary>What the walk came to, beside answers; one that still goes on after the last turn is broken.</summary>
    private const int Through = 3, Walking = 4;

    private static readonly WalkFrame Walk = new(FrameBytes);

    internal static void Emit(SctpChunks question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("chunk_turn"), through = code.DefineLabel("through"), walking = code.DefineLabel("walking");
        Label compare = code.DefineLabel("compare");
        bool tracks = question.Mode == SctpChunkMode.All && !question.Set.IsAll;
        byte[] tracked = tracks ? [.. MembersOf(question.Set)] : [];
        if (tracked.Length > MostMembers)
        {
            throw new CompileException($"more than {MostMembers} types of SCTP chunks to wait for", Origin.None);
        }

        EmitFrame(tracked.Length, function);
        function.EmitOpen();
        StackFrame.EmitLoop(code, FrameBytes, MostChunks, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, Status);
        code.Jump(JumpCondition.Equal, Register.R1, Through, through);
        code.Jump(JumpCondition.Equal, Register.R1, Walking, walking);
        code.Mark(compare);
        code.Jump(JumpCondition.Equal, Register.R1, QuestionFunction.Argument, function.Yes);
        code.Jump(function.No);

        code.Mark(walking);
        code.Move(Register.R1, (int)SctpChunkAnswer.Broken);
        code.Jump(compare);

        code.Mark(through);
        EmitThrough(code, question);
        code.Jump(compare);
        function.Behind(() => EmitTurn(code, turn, question));
    }

    private static void EmitFrame(int members, QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R1, CommonHeader);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, At, Register.R1);
        function.LoadSkb(Register.R1);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R1, "sk_buff", "len");
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, End, Register.R1);
        StackFrame.Zero(code, FrameBytes, Missing & ~7);
        code.StoreImmediate(MemorySize.Word, Register.R10, Walk.FromTop(Missing), (int)((1L << members) - 1));
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Walk.FromTop(Status), Walking);
        StackFrame.Zero(code, FrameBytes, Read);
    }

    /// <summary>R1 = the answer where all chunks have been seen.</summary>
    private static void EmitThrough(Assembler code, SctpChunks question)
    {
        Label done = code.DefineLabel("answered");
        if (question.Mode == SctpChunkMode.All && !question.Set.IsAll)
        {
            StackFrame.Load(code, MemorySize.Word, Register.R2, FrameBytes, Missing);
            code.Move(Register.R1, (int)SctpChunkAnswer.No);
            code.Jump(JumpCondition.NotEqual, Register.R2, 0, done);
        }

        bool holds = question.Mode == SctpChunkMode.Only || (question.Mode == SctpChunkMode.All && !question.Set.IsAll);
        code.Move(Register.R1, (int)(holds ? SctpChunkAnswer.Yes : SctpChunkAnswer.No));
        code.Mark(done);
    }

    /// <summary>One chunk: R1 the turn, R2 the frame; returns 1 to stop.</summary>
    private static void EmitTurn(Assembler code, Label turn, SctpChunks question)
    {
        const Register Frame = Register.R6, Offset = Register.R7, Type = Register.R8, Flags = Register.R9;
        Label broken = code.DefineLabel("broken"), through = code.DefineLabel("through");
        Label fits = code.DefineLabel("fits"), other = code.DefineLabel("other"), next = code.DefineLabel("next");
        code.BeginFunction(new Function("chunk_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Frame, Register.R2);
        code.Load(MemorySize.DoubleWord, Offset, Frame, At);
        Walk.EmitRead(code, Frame, Read, 4, Offset, 0, broken);
        code.Load(MemorySize.Half, Register.R1, Frame, Read + 2);
        code.ToBigEndian(Register.R1, 16);
        code.Jump(JumpCondition.Equal, Register.R1, 0, broken);
        code.Alu(AluOperation.Add, Register.R1, 3);
        code.Alu(AluOperation.And, Register.R1, ~3);
        code.Alu(AluOperation.Add, Offset, Register.R1);
        code.Alu(AluOperation.And, Offset, WalkFrame.OffsetMask);
        code.Store(MemorySize.DoubleWord, Frame, At, Offset);
        code.Load(MemorySize.Byte, Type, Frame, Read);
        code.Load(MemorySize.Byte, Flags, Frame, Read + 1);
        EmitLookUp(code, question.Set, Type, Flags, fits, other);

        code.Mark(fits);
        EmitFitting(code, question.Mode, Frame, next);
        code.Mark(other);
        if (question.Mode == SctpChunkMode.Only)
        {
            EmitStop(code, Frame, (int)SctpChunkAnswer.No);
        }

        code.Mark(next);
        code.Load(MemorySize.DoubleWord, Register.R1, Frame, End);
        code.Jump(JumpCondition.GreaterOrEqual, Offset, Register.R1, through);
        WalkFrame.EmitEnd(code, stops: false);
        code.Mark(through);
        EmitStop(code, Frame, Through);
        code.Mark(broken);
        EmitStop(code, Frame, (int)SctpChunkAnswer.Broken);
    }

    /// <summary>
    /// Goes to <paramref name="fits"/> where the set has the chunk, with the members' bits but its own in R2, falling through at the
    /// end; or to <paramref name="other"/>.
    /// </summary>
    private static void EmitLookUp(Assembler code, SctpChunkSet set, Register type, Register flags, Label fits, Label other)
    {
        if (set.IsAll)
        {
            code.Move(Register.R2, -1);
            return;
        }

        byte[] members = [.. MembersOf(set)];
        for (int i = 0; i < members.Length; i++)
        {
            SctpChunkFlags asked = set.FlagsOf(members[i]);
            Label another = code.DefineLabel("another");
            code.Jump(JumpCondition.NotEqual, type, members[i], another);
            code.Move(Register.R2, ~(1 << i));
            code.Move(Register.R1, flags);
            code.Alu(AluOperation.And, Register.R1, asked.Mask);
            code.Jump(JumpCondition.Equal, Register.R1, asked.Value, fits);
            code.Jump(other);
            code.Mark(another);
        }

        code.Jump(other);
    }

    private static IEnumerable<byte> MembersOf(SctpChunkSet set) => Enumerable.Range(0, 256).Select(type => (byte)type).Where(set.Contains);

    private static void EmitFitting(Assembler code, SctpChunkMode mode, Register frame, Label next)
    {
        if (mode == SctpChunkMode.Any)
        {
            EmitStop(code, frame, (int)SctpChunkAnswer.Yes);
            return;
        }

        if (mode == SctpChunkMode.All)
        {
            code.Load(MemorySize.Word, Register.R1, frame, Missing);
            code.Alu(AluOperation.And, Register.R1, Register.R2);
            code.Store(MemorySize.Word, frame, Missing, Register.R1);
        }

        code.Jump(next);
    }

    private static void EmitStop(Assembler code, Register frame, int status)
    {
        code.StoreImmediate(MemorySize.DoubleWord, frame, Status, status);
        WalkFrame.EmitEnd(code, stops: true);
    }
}
