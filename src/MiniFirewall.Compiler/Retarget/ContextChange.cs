using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>The function change_packet(ctx, what, value) where the module runs programs of type LWT_OUT, which may write a packet's mark and priority.</summary>
internal static class ContextChange
{
    internal static void EmitFunction(Assembler code, Label entry)
    {
        Label priority = code.DefineLabel("no mark"), end = code.DefineLabel("changed");
        code.BeginFunction(
            new Function("change_packet", IsGlobal: true, [new ContextParameter("ctx", SkbContext.Struct), new NumberParameter("what"), new NumberParameter("value")]), entry);
        code.Jump(JumpCondition.NotEqual, Register.R2, ChangeSlot.WantsMark, priority);
        code.Store(MemorySize.Word, Register.R1, SkbContext.Mark, Register.R3);
        code.Mark(priority);
        code.Jump(JumpCondition.NotEqual, Register.R2, ChangeSlot.WantsPriority, end);
        code.Store(MemorySize.Word, Register.R1, SkbContext.Priority, Register.R3);
        code.Mark(end);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}
