using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>Single instructions, as <see cref="Assembler"/> encodes them.</summary>
internal static class Code
{
    private const byte MoveRegister = 0xbf, MoveNumber = 0xb7, AddNumber = 0x07, LoadMemory = 0x61, StoreMemory = 0x63;
    private const byte CallOpcode = 0x85, JumpClass = 0x05;

    internal static Instruction Move(Register to, Register from) => One(MoveRegister, to, (byte)from);

    internal static Instruction Move(Register to, int number) => One(MoveNumber, to) with { Immediate = number };

    internal static Instruction Add(Register to, int number) => One(AddNumber, to) with { Immediate = number };

    /// <summary>Adds what the reference becomes.</summary>
    internal static Instruction Add(Register to, Reference reference) => One(AddNumber, to) with { Reference = reference };

    internal static Instruction Load(MemorySize size, Register to, Register address, short offset) =>
        One((byte)(LoadMemory | (byte)size), to, (byte)address) with { Offset = offset };

    internal static Instruction Store(MemorySize size, Register address, short offset, Register from) =>
        One((byte)(StoreMemory | (byte)size), address, (byte)from) with { Offset = offset };

    internal static Instruction Call(Helper helper) => One(CallOpcode, Register.R0) with { Immediate = (int)helper };

    /// <summary>Goes over so many slots where the register is less than the number.</summary>
    internal static Instruction SkipIfLess(Register register, int number, short slots) =>
        One((byte)JumpCondition.Less | JumpClass, register) with { Immediate = number, Offset = slots };

    private static Instruction One(byte opcode, Register destination, byte source = 0) => new() { Opcode = opcode, Destination = destination, Source = source, Origin = -1 };
}
