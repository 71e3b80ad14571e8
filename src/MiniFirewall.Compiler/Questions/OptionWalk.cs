using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// A walk over options of TCP or DCCP, which are laid out alike: kinds 0 and 1 are one byte long, others have their length behind
/// the kind, and a length of zero counts as one.
/// </summary>
internal sealed class OptionWalk(QuestionFunction function, int mostOptions)
{
    // The frame: where the walk is and where it ends (bytes from the network header), what is looked for, what was found, and
    // bytes as they are read.
    private const int At = 0, End = 8, Wanted = 16, Found = 24, Read = 32, FrameBytes = 56;
    private const Register Frame = Register.R6, Offset = Register.R7, Kind = Register.R8;

    private static readonly WalkFrame Place = new(FrameBytes);

    /// <summary>Walks; then goes to <paramref name="absent"/>, or on with what was found in R1. Loses R0 to R5.</summary>
    /// <param name="from">Where the options begin, bytes from the network header.</param>
    /// <param name="end">Where they end.</param>
    /// <param name="accept">Written where a kind and its length are known: goes on where the option is not the one.</param>
    internal void Emit(Register from, Register end, Label absent, Action<OptionTurn> accept)
    {
        Assembler code = function.Code;
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, At, from);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, End, end);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Wanted, QuestionFunction.Argument);
        StackFrame.Zero(code, FrameBytes, Found);
        StackFrame.Zero(code, FrameBytes, Read);
        Label turn = code.DefineLabel("option_turn");
        StackFrame.EmitLoop(code, FrameBytes, mostOptions, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, Found);
        code.Jump(JumpCondition.Equal, Register.R1, 0, absent);
        function.Behind(() => EmitTurn(turn, accept));
    }

    private void EmitTurn(Label turn, Action<OptionTurn> accept)
    {
        Assembler code = function.Code;
        Label stop = code.DefineLabel("stop"), step = code.DefineLabel("step");
        code.BeginFunction(new Function("option_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Frame, Register.R2);
        code.Load(MemorySize.DoubleWord, Offset, Frame, At);
        code.Load(MemorySize.DoubleWord, Register.R1, Frame, End);
        code.Jump(JumpCondition.GreaterOrEqual, Offset, Register.R1, stop);
        Place.EmitRead(code, Frame, Read, 1, Offset, 0, stop);
        code.Load(MemorySize.Byte, Kind, Frame, Read);
        accept(new OptionTurn(code, stop));
        code.Move(Register.R1, 1);
        code.Jump(JumpCondition.Less, Kind, 2, step);
        Place.EmitRead(code, Frame, Read + 1, 1, Offset, 1, stop);
        code.Load(MemorySize.Byte, Register.R1, Frame, Read + 1);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, step);
        code.Move(Register.R1, 1);
        code.Mark(step);
        code.Alu(AluOperation.Add, Offset, Register.R1);
        code.Alu(AluOperation.And, Offset, WalkFrame.OffsetMask);
        code.Store(MemorySize.DoubleWord, Frame, At, Offset);
        WalkFrame.EmitEnd(code, stops: false);
        code.Mark(stop);
        WalkFrame.EmitEnd(code, stops: true);
    }

    /// <summary>One option, with its kind read: what a question writes to look at it.</summary>
    internal readonly record struct OptionTurn(Assembler Code, Label Stop)
    {
        /// <summary>Stops with 1 as what was found where the kind is what the question's argument says.</summary>
        internal void FindKind()
        {
            Label other = Code.DefineLabel("other");
            Code.Load(MemorySize.DoubleWord, Register.R1, Frame, Wanted);
            Code.Jump(JumpCondition.NotEqual, Kind, Register.R1, other);
            Code.StoreImmediate(MemorySize.DoubleWord, Frame, Found, 1);
            Code.Jump(Stop);
            Code.Mark(other);
        }

        /// <summary>
        /// Stops with a value of two bytes, and bit 16 set, as what was found where the option is of a kind and a length of four
        /// that all lie before the end.
        /// </summary>
        internal void FindHalf(byte kind)
        {
            Label other = Code.DefineLabel("other");
            Code.Jump(JumpCondition.NotEqual, Kind, kind, other);
            Code.Load(MemorySize.DoubleWord, Register.R1, Frame, End);
            Code.Alu(AluOperation.Subtract, Register.R1, Offset);
            Code.Jump(JumpCondition.Less, Register.R1, 4, other);
            Place.EmitRead(Code, Frame, Read, 4, Offset, 0, Stop);
            Code.Load(MemorySize.Byte, Register.R1, Frame, Read + 1);
            Code.Jump(JumpCondition.NotEqual, Register.R1, 4, other);
            Code.Load(MemorySize.Half, Register.R1, Frame, Read + 2);
            Code.ToBigEndian(Register.R1, 16);
            Code.Alu(AluOperation.Or, Register.R1, 0x10000);
            Code.Store(MemorySize.DoubleWord, Frame, Found, Register.R1);
            Code.Jump(Stop);
            Code.Mark(other);
        }
    }
}
