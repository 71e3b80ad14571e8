using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Finds what the kernel keeps beside a few packets only (net/core/skbuff.c, struct skb_ext).</summary>
internal static class SkbExtension
{
    /// <summary>Offsets in struct skb_ext count eight bytes (SKB_EXT_ALIGN_VALUE).</summary>
    private const int OffsetShift = 3;

    /// <summary>result = the extension, a number; goes to the label where the packet has none. Loses R0 to R5.</summary>
    /// <param name="result">R6 to R9.</param>
    /// <param name="extension">An enumerator of enum skb_ext_id.</param>
    internal static void EmitFind(QuestionFunction function, Register result, string extension, Label none)
    {
        Assembler code = function.Code;
        function.LoadSkbNumber(result);
        function.LoadFrom(MemorySize.Byte, Register.R3, result, "sk_buff", "active_extensions");
        code.LoadEnumerator(Register.R4, "skb_ext_id", extension);
        code.Alu(AluOperation.ShiftRight, Register.R3, Register.R4);
        code.Alu(AluOperation.And, Register.R3, 1);
        code.Jump(JumpCondition.Equal, Register.R3, 0, none);

        function.LoadNumber(result, result, "sk_buff", "extensions");
        code.LoadEnumerator(Register.R1, "skb_ext_id", extension);
        code.Alu(AluOperation.Add, Register.R1, result);
        code.AddOffset(Register.R1, "skb_ext", "offset");
        function.LoadNumberAtR1(Register.R1);
        code.Alu(AluOperation.And, Register.R1, 0xff);
        code.Alu(AluOperation.ShiftLeft, Register.R1, OffsetShift);
        code.Alu(AluOperation.Add, result, Register.R1);
    }
}
