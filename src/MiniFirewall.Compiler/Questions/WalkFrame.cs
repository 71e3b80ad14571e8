using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// The stack of a question that walks through a packet in turns of a loop, addressed from its bottom so that a turn can share it.
/// Its top is the dynptr of <see cref="QuestionFunction"/>.
/// </summary>
/// <param name="Bytes">All of it, a multiple of eight.</param>
internal readonly record struct WalkFrame(int Bytes)
{
    /// <summary>Above any offset inside a packet; masking with it gives the verifier the same range in each turn.</summary>
    internal const int OffsetMask = 0x1ffff;

    private int Dynptr => Bytes + QuestionFunction.StackTop;

    /// <summary>What <see cref="QuestionFunction.EmitRead"/> calls a place of the frame.</summary>
    internal int FromTop(int at) => at - Bytes;

    /// <summary>
    /// Inside a turn: copies bytes of the packet into the frame; goes to <paramref name="missing"/> where the packet ends before.
    /// Loses R0 to R5.
    /// </summary>
    /// <param name="frame">Points to the frame's bottom; R6 to R9.</param>
    /// <param name="offset">Bytes from the network header; R6 to R9.</param>
    internal void EmitRead(Assembler code, Register frame, int to, int count, Register offset, int plus, Label missing)
    {
        code.Move(Register.R1, frame);
        code.Alu(AluOperation.Add, Register.R1, to);
        code.Move(Register.R2, count);
        code.Move(Register.R3, frame);
        code.Alu(AluOperation.Add, Register.R3, Dynptr);
        code.Move(Register.R4, offset);
        code.Alu(AluOperation.Add, Register.R4, plus);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, missing);
    }

    /// <summary>Ends a turn; the loop goes on or stops.</summary>
    internal static void EmitEnd(Assembler code, bool stops)
    {
        code.Move(Register.R0, stops ? 1 : 0);
        code.Exit();
    }
}
