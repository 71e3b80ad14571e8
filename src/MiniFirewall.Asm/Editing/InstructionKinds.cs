namespace MiniFirewall.Asm.Editing;

/// <summary>What kind of instruction an opcode is (RFC 9669 §4, §5).</summary>
public static class InstructionKinds
{
    private const byte ClassMask = 7, SourceRegister = 8, JumpAlways = 0x05, MayGotoOpcode = 0xe5, Mode = 0xe0, ModeAtomic = 0xc0;
    private const byte PseudoCall = 1, PseudoKernelCall = 2, PseudoFunction = 4;

    extension(Instruction instruction)
    {
        public bool IsExit => instruction.Opcode == 0x95;

        public bool IsHelperCall => instruction.Opcode == 0x85 && instruction.Source == 0;

        public bool IsFunctionCall => instruction.Opcode == 0x85 && instruction.Source == PseudoCall;

        public bool IsKernelCall => instruction.Opcode == 0x85 && instruction.Source == PseudoKernelCall;

        public bool IsCall => instruction.Opcode == 0x85;

        public bool IsFunctionAddress => instruction.Opcode == Instruction.LoadImmediate64Opcode && instruction.Source == PseudoFunction;

        /// <summary>A jump within its function, on a condition or not.</summary>
        public bool IsJump => (instruction.Opcode & ClassMask) is 5 or 6 && !instruction.IsCall && !instruction.IsExit;

        public bool IsJumpAlways => instruction.Opcode == JumpAlways;

        public bool IsMayGoto => instruction.Opcode == MayGotoOpcode;

        /// <summary>Control does not come to the instruction behind it.</summary>
        public bool EndsFlow => instruction.IsExit || instruction.IsJumpAlways;

        /// <summary>Loads from memory into a register.</summary>
        public bool IsLoad => (instruction.Opcode & ClassMask) == 1;

        /// <summary>A register moved to another, 64 bits.</summary>
        public bool IsMove => instruction.Opcode == 0xbf && instruction.Offset == 0;

        /// <summary>A register stored to memory.</summary>
        public bool IsStoreOfRegister => (instruction.Opcode & ClassMask) == 3;

        /// <summary>A number stored to memory.</summary>
        public bool IsStoreOfNumber => (instruction.Opcode & ClassMask) == 2;

        /// <summary>A register added to another, 64 bits.</summary>
        public bool IsAddOfRegister => instruction.Opcode == 0x0f;

        /// <summary>A number added to a register, 64 bits.</summary>
        public bool IsAddImmediate => instruction.Opcode == 0x07;

        /// <summary>An address of the program's arena made a pointer.</summary>
        public bool IsArenaCast => instruction.Opcode == 0xbf && instruction.Offset != 0;

        public MemorySize AccessSize => (MemorySize)(instruction.Opcode & 0x18);

        internal bool IsAlu => (instruction.Opcode & ClassMask) is 4 or 7;

        internal bool HasSourceRegister => (instruction.Opcode & SourceRegister) != 0;

        internal bool IsStore => (instruction.Opcode & ClassMask) is 2 or 3;

        internal bool IsAtomic => (instruction.Opcode & ClassMask) == 3 && (instruction.Opcode & Mode) == ModeAtomic;
    }
}
