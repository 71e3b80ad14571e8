using MiniFirewall.Asm;

namespace MiniFirewall.Tests.Asm;

internal static class Emitting
{
    /// <summary>Two instructions: return <paramref name="value"/>.</summary>
    public static void Return(this Assembler assembler, int value = 0)
    {
        assembler.Move(Register.R0, value);
        assembler.Exit();
    }
}
