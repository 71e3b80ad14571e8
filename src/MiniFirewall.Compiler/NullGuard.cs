using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>The verifier takes a global function's pointer for null until tested; ours never is.</summary>
internal static class NullGuard
{
    internal static void Emit(Assembler code, Register pointer, int result)
    {
        Label valid = code.DefineLabel("not null");
        code.Jump(JumpCondition.NotEqual, pointer, 0, valid);
        code.Move(Register.R0, result);
        code.Exit();
        code.Mark(valid);
    }
}
