using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What connection tracking wants of TCP's options, which stand behind the header in the frame: window scale, SACK permitted, and the
/// highest right edge of the first SACK option's blocks (nf_conntrack_proto_tcp.c, tcp_options, tcp_sack). A bpf_loop (kernel 5.17).
/// </summary>
internal sealed class TcpOptionWalk(TrackCode track)
{
    private const int NoOperation = 1, WindowScale = 3, SackPermitted = 4, Sack = 5;
    private const int MostScale = 14, BlockBytes = 8, MostBlocks = 4;

    private readonly Label _turn = track.Code.DefineLabel("tcp_option_turn");

    /// <summary>The options' length is in the frame, and the acknowledgement in its SACK slot.</summary>
    internal void EmitWalk() => StackFrame.EmitLoop(track.Code, TrackCode.FrameBytes, TrackCode.MostOptions, _turn);

    /// <summary>One option: R2 points to the frame; returns 1 to stop.</summary>
    internal void EmitTurn()
    {
        const Register Frame = Register.R2, At = Register.R3, Left = Register.R4, Option = Register.R1, Size = Register.R5, Kind = Register.R0;
        const int Options = TrackCode.Buffer + TrackCode.HeaderBytes;
        Assembler code = track.Code;
        Label step = code.DefineLabel("step"), one = code.DefineLabel("one byte"), stop = code.DefineLabel("stop");
        Label scale = code.DefineLabel("scale"), permitted = code.DefineLabel("permitted"), sack = code.DefineLabel("sack");
        code.BeginFunction(new Function("tcp_option_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), _turn);
        code.Load(MemorySize.Byte, At, Frame, TrackCode.OptionAt);
        code.Load(MemorySize.Byte, Left, Frame, TrackCode.OptionLength);
        code.Jump(JumpCondition.GreaterOrEqual, At, Left, stop);
        code.Jump(JumpCondition.GreaterOrEqual, At, TrackCode.MostOptions, stop);
        code.Alu(AluOperation.Subtract, Left, At);
        code.Move(Option, Frame);
        code.Alu(AluOperation.Add, Option, At);
        code.Load(MemorySize.Byte, Kind, Option, Options);
        code.Jump(JumpCondition.Equal, Kind, 0, stop);
        code.Jump(JumpCondition.Equal, Kind, NoOperation, one);
        code.Load(MemorySize.Byte, Size, Option, Options + 1);
        code.Jump(JumpCondition.Less, Size, 2, stop);
        code.Jump(JumpCondition.Greater, Size, Left, stop);
        code.Jump(JumpCondition.Equal, Kind, WindowScale, scale);
        code.Jump(JumpCondition.Equal, Kind, SackPermitted, permitted);
        code.Jump(JumpCondition.Equal, Kind, Sack, sack);
        code.Mark(step);
        code.Alu(AluOperation.Add, At, Size);
        code.Jump(JumpCondition.GreaterOrEqual, At, TrackCode.MostOptions, stop);
        code.Store(MemorySize.Byte, Frame, TrackCode.OptionAt, At);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(one);
        code.Move(Size, 1);
        code.Jump(step);

        code.Mark(scale);
        EmitScale(step);
        code.Mark(permitted);
        code.Jump(JumpCondition.NotEqual, Size, 2, step);
        EmitFlag(TcpStates.HasSack);
        code.Jump(step);
        code.Mark(sack);
        EmitSack(step);
        code.Mark(stop);
        code.Move(Register.R0, 1);
        code.Exit();
    }

    private void EmitScale(Label step)
    {
        Assembler code = track.Code;
        Label bounded = code.DefineLabel("bounded");
        code.Jump(JumpCondition.NotEqual, Register.R5, 3, step);
        code.Load(MemorySize.Byte, Register.R0, Register.R1, TrackCode.Buffer + TrackCode.HeaderBytes + 2);
        code.Jump(JumpCondition.LessOrEqual, Register.R0, MostScale, bounded);
        code.Move(Register.R0, MostScale);
        code.Mark(bounded);
        code.Store(MemorySize.Byte, Register.R2, TrackCode.OptionScale, Register.R0);
        EmitFlag(TcpStates.HasScale);
        code.Jump(step);
    }

    private void EmitFlag(int flag)
    {
        track.Code.Load(MemorySize.Byte, Register.R0, Register.R2, TrackCode.OptionFlags);
        track.Code.Alu(AluOperation.Or, Register.R0, flag);
        track.Code.Store(MemorySize.Byte, Register.R2, TrackCode.OptionFlags, Register.R0);
    }

    /// <summary>Only whole blocks count, and of several SACK options the first that has some.</summary>
    private void EmitSack(Label step)
    {
        const int SackAt = 128, FirstEdge = TrackCode.Buffer + TrackCode.HeaderBytes + 2 + 4;
        Assembler code = track.Code;
        code.Move(Register.R0, Register.R5);
        code.Alu(AluOperation.And, Register.R0, BlockBytes - 1);
        code.Jump(JumpCondition.NotEqual, Register.R0, 2, step);
        code.Jump(JumpCondition.Less, Register.R5, 2 + BlockBytes, step);
        code.Load(MemorySize.Byte, Register.R0, Register.R2, TrackCode.SackSeen);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, step);
        code.Move(Register.R0, 1);
        code.Store(MemorySize.Byte, Register.R2, TrackCode.SackSeen, Register.R0);
        for (int block = 0; block < MostBlocks; block++)
        {
            Label next = code.DefineLabel("next block");

            // Where the option begins too late for another block the load stays inside the frame all the same.
            code.Jump(JumpCondition.Less, Register.R5, 2 + (BlockBytes * (block + 1)), step);
            code.Jump(JumpCondition.Greater, Register.R3, TrackCode.MostOptions - 2 - (BlockBytes * (block + 1)), step);
            code.Move(Register.R1, Register.R2);
            code.Alu(AluOperation.Add, Register.R1, Register.R3);

            // Byte for byte: the stack is read at multiples of the width only.
            code.Move(Register.R0, 0);
            for (int at = 0; at < 4; at++)
            {
                code.Alu(AluOperation.ShiftLeft, Register.R0, 8);
                code.Load(MemorySize.Byte, Register.R4, Register.R1, FirstEdge + (BlockBytes * block) + at);
                code.Alu(AluOperation.Or, Register.R0, Register.R4);
            }

            code.Load(MemorySize.Word, Register.R4, Register.R2, SackAt);
            code.Alu(AluOperation.Subtract, Register.R4, Register.R0, OperandWidth.Bits32);
            code.Jump(JumpCondition.SignedGreaterOrEqual, Register.R4, 0, next, OperandWidth.Bits32);
            code.Store(MemorySize.Word, Register.R2, SackAt, Register.R0);
            code.Mark(next);
        }

        code.Jump(step);
    }
}
