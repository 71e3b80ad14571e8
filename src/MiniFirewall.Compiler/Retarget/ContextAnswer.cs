using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>The function send_reject(ctx, answer) where the module runs programs of type LWT_OUT: tells it what to answer if the packet is dropped.</summary>
internal static class ContextAnswer
{
    internal static void EmitFunction(Assembler code, Label entry)
    {
        code.BeginFunction(new Function("send_reject", IsGlobal: true, [new ContextParameter("ctx", SkbContext.Struct), new NumberParameter("answer")]), entry);
        code.Store(MemorySize.Word, Register.R1, SkbContext.Answer, Register.R2);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}
