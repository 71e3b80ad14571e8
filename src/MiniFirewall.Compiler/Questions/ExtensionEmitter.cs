using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Asks for the first extension header of one kind in an IPv6 packet. Meaning: MiniFirewall.Packets.ExtensionHeader, that is
/// net/ipv6/exthdrs_core.c, ipv6_find_hdr with a target.
/// </summary>
internal static class ExtensionEmitter
{
    private const int MostHeaders = 64;
    private const int HopByHop = 0, Routing = 43, Fragment = 44, Authentication = 51, DestinationOptions = 60;

    // The frame: the header that comes next, where it is (bytes from the network header), what the walk came to, bytes as they are read.
    private const int Next = 0, Offset = 8, Status = 16, Read = 24, FrameBytes = 48;

    /// <summary>What the walk came to; a walk that still goes on after the last turn is through too many headers.</summary>
    private const int Walking = 0, Found = 1, Absent = 2, Broken = 3;

    private const int NextHeaderAt = 6, FirstHeader = 40;
    private const Register Place = Register.R9;

    private static readonly WalkFrame Walk = new(FrameBytes);

    internal static void Emit(ExtensionNumber question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitWalk(question.Kind, function, function.No);
        code.Jump(JumpCondition.NotEqual, Register.R1, Found, function.No);
        code.Alu(AluOperation.Add, Place, question.Offset);
        function.EmitRead(Walk.FromTop(Read), question.Bytes, Place, function.No);
        NumberRangeEmitter.Emit(function, Walk.FromTop(Read), question.Bytes, question.Mask);
    }

    internal static void Emit(ExtensionCut question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitWalk(question.Kind, function, function.Yes);
        code.Jump(JumpCondition.Equal, Register.R1, Absent, function.No);
        code.Jump(JumpCondition.NotEqual, Register.R1, Found, function.Yes);
        StackFrame.Load(code, MemorySize.Byte, Register.R1, FrameBytes, Read + 1);
        EmitLength(code, question.Kind);
        Label said = code.DefineLabel("as it says");
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, question.Size, said);
        code.Move(Register.R1, question.Size);
        code.Mark(said);
        code.Alu(AluOperation.Add, Place, Register.R1);
        code.Alu(AluOperation.Subtract, Place, 1);
        function.EmitRead(Walk.FromTop(Read), 1, Place, function.Yes);
        code.Jump(function.No);
    }

    /// <summary>R1 = what the walk came to, R9 = where it stopped.</summary>
    private static void EmitWalk(byte kind, QuestionFunction function, Label cut)
    {
        Assembler code = function.Code;
        StackFrame.Zero(code, FrameBytes, Read);
        StackFrame.Zero(code, FrameBytes, Status);
        function.EmitOpen();
        code.Move(Place, NextHeaderAt);
        function.EmitRead(Walk.FromTop(Read), 1, Place, cut);
        StackFrame.Load(code, MemorySize.Byte, Register.R1, FrameBytes, Read);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Next, Register.R1);
        code.Move(Register.R1, FirstHeader);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Offset, Register.R1);
        Label turn = code.DefineLabel("extension_turn");
        StackFrame.EmitLoop(code, FrameBytes, MostHeaders + 1, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, Status);
        StackFrame.Load(code, MemorySize.DoubleWord, Place, FrameBytes, Offset);
        function.Behind(() => EmitTurn(code, turn, kind));
    }

    /// <summary>One header: R1 the turn, R2 the frame; returns 1 to stop.</summary>
    private static void EmitTurn(Assembler code, Label turn, byte kind)
    {
        const Register Frame = Register.R6, Header = Register.R7, At = Register.R8;
        Label extension = code.DefineLabel("extension"), found = code.DefineLabel("found"), absent = code.DefineLabel("absent");
        Label broken = code.DefineLabel("broken"), readable = code.DefineLabel("readable"), advance = code.DefineLabel("advance");
        Label more = code.DefineLabel("more");
        code.BeginFunction(new Function("extension_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Frame, Register.R2);
        code.Load(MemorySize.DoubleWord, Header, Frame, Next);
        code.Load(MemorySize.DoubleWord, At, Frame, Offset);
        foreach (int header in (ReadOnlySpan<int>)[HopByHop, Routing, Fragment, Authentication, DestinationOptions])
        {
            code.Jump(JumpCondition.Equal, Header, header, extension);
        }

        code.Jump(absent);

        code.Mark(extension);
        Walk.EmitRead(code, Frame, Read, 2, At, 0, broken);
        code.Jump(JumpCondition.Equal, Header, Routing, more);
        code.Jump(JumpCondition.NotEqual, Header, Fragment, readable);
        code.Mark(more);
        Walk.EmitRead(code, Frame, Read + 2, 2, At, 2, broken);
        code.Mark(readable);
        code.Jump(JumpCondition.Equal, Header, kind, found);
        EmitLength(code, Frame, Header, absent);

        code.Mark(advance);
        code.Alu(AluOperation.Add, At, Register.R1);
        code.Alu(AluOperation.And, At, WalkFrame.OffsetMask);
        code.Store(MemorySize.DoubleWord, Frame, Offset, At);
        code.Load(MemorySize.Byte, Register.R1, Frame, Read);
        code.Store(MemorySize.DoubleWord, Frame, Next, Register.R1);
        WalkFrame.EmitEnd(code, stops: false);

        foreach ((Label label, int status) in ((Label, int)[])[(found, Found), (absent, Absent), (broken, Broken)])
        {
            code.Mark(label);
            code.StoreImmediate(MemorySize.DoubleWord, Frame, Status, status);
            WalkFrame.EmitEnd(code, stops: true);
        }
    }

    /// <summary>R1 = the length in bytes of the header that R7 names; goes away from a later fragment, which has no more headers.</summary>
    private static void EmitLength(Assembler code, Register frame, Register header, Label absent)
    {
        Label authentication = code.DefineLabel("authentication"), other = code.DefineLabel("other"), done = code.DefineLabel("length known");
        code.Load(MemorySize.Byte, Register.R1, frame, Read + 1);
        code.Jump(JumpCondition.Equal, header, Authentication, authentication);
        code.Jump(JumpCondition.NotEqual, header, Fragment, other);
        code.Load(MemorySize.Half, Register.R1, frame, Read + 2);
        code.ToBigEndian(Register.R1, 16);
        code.Alu(AluOperation.And, Register.R1, 0xfff8);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, absent);
        EmitLength(code, Fragment);
        code.Jump(done);
        code.Mark(authentication);
        EmitLength(code, Authentication);
        code.Jump(done);
        code.Mark(other);
        EmitLength(code, DestinationOptions);
        code.Mark(done);
    }

    /// <summary>R1, the length that a header of this kind says, in bytes: 8 of a fragment's, (n + 2) * 4 of an authentication header's, else (n + 1) * 8.</summary>
    private static void EmitLength(Assembler code, int kind)
    {
        if (kind == Fragment)
        {
            code.Move(Register.R1, 8);
            return;
        }

        code.Alu(AluOperation.Add, Register.R1, kind == Authentication ? 2 : 1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, kind == Authentication ? 2 : 3);
    }
}
