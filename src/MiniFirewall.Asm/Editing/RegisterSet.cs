namespace MiniFirewall.Asm.Editing;

/// <summary>Some of the registers R0 to R10.</summary>
public readonly record struct RegisterSet(ushort Bits)
{
    public static RegisterSet Empty => default;

    /// <summary>R0 to R5: what a call loses.</summary>
    public static RegisterSet Scratch => new(0x3f);

    public static RegisterSet Of(params ReadOnlySpan<Register> registers)
    {
        int bits = 0;
        foreach (Register register in registers)
        {
            bits |= 1 << (int)register;
        }

        return new((ushort)bits);
    }

    /// <summary>R1 to R<paramref name="count"/>.</summary>
    public static RegisterSet Arguments(int count) => new((ushort)(((1 << count) - 1) << 1));

    public bool Has(Register register) => (Bits >> (int)register & 1) != 0;

    public RegisterSet And(RegisterSet other) => new((ushort)(Bits & other.Bits));

    public RegisterSet Or(RegisterSet other) => new((ushort)(Bits | other.Bits));

    public RegisterSet Without(RegisterSet other) => new((ushort)(Bits & ~other.Bits));

    public IEnumerable<Register> Registers()
    {
        for (var register = Register.R0; register <= Register.R10; register++)
        {
            if (Has(register))
            {
                yield return register;
            }
        }
    }
}
