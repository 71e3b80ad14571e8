using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>A port of the packet against an entry's range.</summary>
internal static class PortRange
{
    /// <summary>Goes away where the port lies outside: 16-bit subtraction goes round. Loses R3 and R4.</summary>
    internal static void EmitBeyond(Assembler code, Register key, int field, Register entry, int low, int width, Label beyond)
    {
        code.Load(MemorySize.Half, Register.R3, key, field);
        code.Load(MemorySize.Half, Register.R4, entry, low);
        code.Alu(AluOperation.Subtract, Register.R3, Register.R4);
        code.Alu(AluOperation.And, Register.R3, 0xffff);
        code.Load(MemorySize.Half, Register.R4, entry, width);
        code.Jump(JumpCondition.Greater, Register.R3, Register.R4, beyond);
    }
}
