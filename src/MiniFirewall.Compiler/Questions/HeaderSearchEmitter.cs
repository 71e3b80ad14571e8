using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Looks for the first IPv6 extension header of a kind, from the network header on (net/ipv6/exthdrs_core.c, ipv6_find_hdr with a
/// target): a bpf_loop, of which the verifier looks at one turn. It leaves the packet opened.
/// </summary>
internal static class HeaderSearchEmitter
{
    /// <summary>The header's offset, once it is found.</summary>
    internal const Register Offset = Register.R9;

    /// <summary>Stack for whoever reads the header that is found.</summary>
    internal const int Buffer = -FrameBytes, BufferBytes = DynptrAt;

    /// <summary>The bytes of a header that says its length in 8-byte units, without the first, in one byte.</summary>
    internal const uint LeastLength = 8, MostLength = 2048;

    // The frame, from its bottom; the dynptr at its top is the question's own.
    private const int NextAt = 1, OffsetAt = 8, StatusAt = 16, BytesAt = 24, DynptrAt = 32, FrameBytes = 48;

    /// <summary>What the walk came to; 0 after the last turn means that it has left the packet.</summary>
    private const int Found = 1, Absent = 2, Broken = 3;

    private const int NetworkHeader = 40, NextHeaderAt = 6;

    /// <param name="header">The header's number: 0, 43, 44, 51 or 60.</param>
    /// <param name="absent">Where it goes when the chain has no such header.</param>
    /// <param name="broken">Where it goes when the packet ends inside the chain.</param>
    internal static void Emit(QuestionFunction function, byte header, Label absent, Label broken)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("search_turn"), extension = code.DefineLabel("begins with an extension header");
        function.EmitOpen();
        StackFrame.Zero(code, FrameBytes, StatusAt);
        StackFrame.Zero(code, FrameBytes, BytesAt);
        code.Move(Offset, NextHeaderAt);
        function.EmitRead(NextAt - FrameBytes, 1, Offset, broken);

        // Most packets have no extension header.
        StackFrame.Load(code, MemorySize.Byte, Register.R1, FrameBytes, NextAt);
        HeaderSteps.EmitJumpIfExtension(code, Register.R1, extension);
        code.Jump(absent);
        code.Mark(extension);
        code.Move(Offset, NetworkHeader);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, OffsetAt, Offset);
        StackFrame.EmitLoop(code, FrameBytes, HeaderSteps.MostHeaders, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, StatusAt);
        code.Jump(JumpCondition.Equal, Register.R1, Absent, absent);
        code.Jump(JumpCondition.NotEqual, Register.R1, Found, broken);
        StackFrame.Load(code, MemorySize.DoubleWord, Offset, FrameBytes, OffsetAt);
        function.Behind(() => EmitTurn(code, header, turn));
    }

    /// <summary>Goes to <paramref name="cut"/> where the header reaches beyond the packet. R1 = its bytes.</summary>
    /// <param name="lengthField">Where on the stack the header's second byte is.</param>
    internal static void EmitWhole(QuestionFunction function, int lengthField, Label cut)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.Byte, Register.R1, Register.R10, lengthField);
        code.Alu(AluOperation.Add, Register.R1, 1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 3);
        function.LoadSkb(Register.R2);
        code.LoadMember(MemorySize.Word, Register.R2, Register.R2, "sk_buff", "len");
        code.Alu(AluOperation.Subtract, Register.R2, Offset);
        code.Jump(JumpCondition.SignedLess, Register.R2, Register.R1, cut);
    }

    /// <summary>One header: R1 the turn, R2 the frame; returns 1 to stop.</summary>
    private static void EmitTurn(Assembler code, byte header, Label turn)
    {
        var steps = new HeaderSteps(code, NextAt, OffsetAt, BytesAt, DynptrAt);
        Label extension = code.DefineLabel("extension"), longer = code.DefineLabel("four bytes"), readable = code.DefineLabel("readable");
        Label found = code.DefineLabel("found"), absent = code.DefineLabel("absent"), broken = code.DefineLabel("broken");
        Label advance = code.DefineLabel("advance");
        code.BeginFunction(new Function($"search_turn_{header}", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        steps.EmitStart();
        HeaderSteps.EmitJumpIfExtension(code, HeaderSteps.Header, extension);
        code.Mark(absent);
        steps.EmitStop(StatusAt, Absent);

        code.Mark(extension);
        steps.EmitHeaderAgain();
        steps.EmitRead(plus: 0, broken);
        code.Jump(JumpCondition.Equal, HeaderSteps.Header, IPv6HeaderNumber.Routing, longer);
        code.Jump(JumpCondition.NotEqual, HeaderSteps.Header, IPv6HeaderNumber.Fragment, readable);
        code.Mark(longer);
        steps.EmitRead(plus: 2, broken);
        code.Mark(readable);
        code.Jump(JumpCondition.Equal, HeaderSteps.Header, header, found);

        // Behind a later fragment's header there are no headers.
        code.Jump(JumpCondition.NotEqual, HeaderSteps.Header, IPv6HeaderNumber.Fragment, advance);
        steps.EmitFragmentOffset();
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, absent);
        code.Mark(advance);
        steps.EmitLength();
        steps.EmitAdvance();
        steps.EmitCheckPassed(broken);
        steps.EmitContinue();

        code.Mark(found);
        steps.EmitStop(StatusAt, Found);
        code.Mark(broken);
        steps.EmitStop(StatusAt, Broken);
    }
}
