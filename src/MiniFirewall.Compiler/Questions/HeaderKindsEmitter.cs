using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Asks which kinds of headers an IPv6 packet consists of; the argument is the set of kinds. The walk is a bpf_loop, of which the
/// verifier looks at one turn.
/// </summary>
internal static class HeaderKindsEmitter
{
    // The frame, from its bottom; the dynptr at its top is the question's own.
    private const int NextAt = 1, OffsetAt = 8, StatusAt = 16, BytesAt = 24, KindsAt = 32, LengthAt = 40, DynptrAt = 48, FrameBytes = 64;

    /// <summary>The walk came to the end of the chain; 0 where the packet ends before.</summary>
    private const int Done = 1;

    private const int NetworkHeader = 40, NextHeaderAt = 6;

    private static readonly (byte Header, HeaderKindSet Kind)[] Extensions =
    [
        (IPv6HeaderNumber.HopByHop, HeaderKindSet.HopByHop), (IPv6HeaderNumber.Routing, HeaderKindSet.Routing),
        (IPv6HeaderNumber.Fragment, HeaderKindSet.Fragment), (IPv6HeaderNumber.Esp, HeaderKindSet.Esp),
        (IPv6HeaderNumber.Authentication, HeaderKindSet.Authentication), (IPv6HeaderNumber.DestinationOptions, HeaderKindSet.DestinationOptions),
    ];

    internal static void Emit(HeaderKinds question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("kinds_turn");
        EmitStart(function);
        StackFrame.EmitLoop(code, FrameBytes, HeaderSteps.MostHeaders, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, StatusAt);
        code.Jump(JumpCondition.NotEqual, Register.R1, Done, function.No);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, KindsAt);
        EmitCompare(question, function);
        function.Behind(() => EmitTurn(code, turn));
    }

    private static void EmitStart(QuestionFunction function)
    {
        const Register At = Register.R9;
        Assembler code = function.Code;
        function.EmitOpen();
        foreach (int at in (ReadOnlySpan<int>)[StatusAt, BytesAt, KindsAt])
        {
            StackFrame.Zero(code, FrameBytes, at);
        }

        code.Move(At, NextHeaderAt);
        function.EmitRead(NextAt - FrameBytes, 1, At, function.No);
        code.Move(At, NetworkHeader);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, OffsetAt, At);
        function.LoadSkb(Register.R1);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R1, "sk_buff", "len");
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, LengthAt, Register.R1);
    }

    /// <summary>R1 has the packet's kinds.</summary>
    private static void EmitCompare(HeaderKinds question, QuestionFunction function)
    {
        Assembler code = function.Code;
        if (question.IsSoft)
        {
            code.Alu(AluOperation.And, Register.R1, QuestionFunction.Argument);
        }

        if (question is { IsSoft: true, Negated: true })
        {
            code.Jump(JumpCondition.Equal, Register.R1, 0, function.Yes);
            code.Jump(function.No);
            return;
        }

        code.Jump(JumpCondition.Equal, Register.R1, QuestionFunction.Argument, question.Negated ? function.No : function.Yes);
        code.Jump(question.Negated ? function.Yes : function.No);
    }

    /// <summary>One header: R2 the frame; returns 1 to stop.</summary>
    private static void EmitTurn(Assembler code, Label turn)
    {
        var steps = new HeaderSteps(code, NextAt, OffsetAt, BytesAt, DynptrAt);
        Label transport = code.DefineLabel("transport"), none = code.DefineLabel("no next header"), extension = code.DefineLabel("extension");
        Label cut = code.DefineLabel("cut"), done = code.DefineLabel("done"), inside = code.DefineLabel("inside the packet");
        code.BeginFunction(new Function("kinds_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        steps.EmitStart();
        code.Jump(JumpCondition.Equal, HeaderSteps.Header, IPv6HeaderNumber.NoNextHeader, none);
        foreach ((byte header, HeaderKindSet kind) in Extensions)
        {
            code.Move(Register.R8, (int)kind);
            code.Jump(JumpCondition.Equal, HeaderSteps.Header, header, extension);
        }

        code.Mark(transport);
        EmitAdd(code, (int)HeaderKindSet.Transport);
        code.Mark(done);
        steps.EmitStop(StatusAt, Done);
        code.Mark(none);
        EmitAdd(code, (int)HeaderKindSet.NoNextHeader);
        code.Jump(done);

        code.Mark(extension);
        steps.EmitHeaderAgain();
        steps.EmitRead(plus: 0, cut);
        code.Load(MemorySize.DoubleWord, Register.R1, HeaderSteps.Frame, KindsAt);
        code.Alu(AluOperation.Or, Register.R1, Register.R8);
        code.Store(MemorySize.DoubleWord, HeaderSteps.Frame, KindsAt, Register.R1);
        code.Jump(JumpCondition.Equal, HeaderSteps.Header, IPv6HeaderNumber.Esp, done);
        steps.EmitLength();
        steps.EmitAdvance();

        // Where the header reached beyond the packet, what it names next is not looked for, and is no kind if it is ESP or none.
        code.Load(MemorySize.DoubleWord, Register.R3, HeaderSteps.Frame, LengthAt);
        code.Jump(JumpCondition.LessOrEqual, Register.R2, Register.R3, inside);
        code.Jump(JumpCondition.Equal, Register.R1, IPv6HeaderNumber.NoNextHeader, done);
        code.Jump(JumpCondition.Equal, Register.R1, IPv6HeaderNumber.Esp, done);
        code.Jump(transport);
        code.Mark(inside);
        steps.EmitContinue();
        code.Mark(cut);
        steps.EmitStop(StatusAt, 0);
    }

    /// <summary>Adds a kind to those met. Loses R1.</summary>
    private static void EmitAdd(Assembler code, int kind)
    {
        code.Load(MemorySize.DoubleWord, Register.R1, HeaderSteps.Frame, KindsAt);
        code.Alu(AluOperation.Or, Register.R1, kind);
        code.Store(MemorySize.DoubleWord, HeaderSteps.Frame, KindsAt, Register.R1);
    }
}
