namespace MiniFirewall.Policy.Questions;

/// <summary>An instruction of classic BPF (include/uapi/linux/filter.h, struct sock_filter).</summary>
/// <param name="JumpTrue">Instructions that are skipped where a comparison holds.</param>
/// <param name="JumpFalse">Instructions that are skipped where it does not.</param>
public readonly record struct ClassicInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint K)
{
    /// <summary>Offsets of loads from here on are not bytes but what the kernel knows of the packet (SKF_AD_OFF).</summary>
    public const uint Surroundings = 0xfffff000;

    /// <summary>Offsets of loads from here on count from the network header, as those from 0 on do here (SKF_NET_OFF).</summary>
    public const uint NetworkHeader = 0xfff00000;

    public ClassicClass Class => (ClassicClass)(Code & 0x07);

    /// <summary>What an instruction of arithmetic does.</summary>
    public ClassicOperation Operation => (ClassicOperation)(Code & 0xf0);

    /// <summary>What a jump asks.</summary>
    public ClassicComparison Comparison => (ClassicComparison)(Code & 0xf0);

    /// <summary>Where a load reads from.</summary>
    public ClassicMode Mode => (ClassicMode)(Code & 0xe0);

    /// <summary>The bytes of a load from the packet: 4, 2 or 1.</summary>
    public int Size => (Code & 0x18) switch { 0x00 => 4, 0x08 => 2, _ => 1 };

    /// <summary>The second operand is the index register, not <see cref="K"/>.</summary>
    public bool UsesIndex => (Code & 0x08) != 0;

    /// <summary>What a load from beyond <see cref="Surroundings"/> asks for; null for other instructions.</summary>
    public ClassicSurrounding? Surrounding =>
        Class == ClassicClass.Load && Mode == ClassicMode.Absolute && K >= Surroundings ? (ClassicSurrounding)(K - Surroundings) : null;
}

public enum ClassicClass
{
    Load, LoadIndex, Store, StoreIndex, Arithmetic, Jump, Return, Move,
}

public enum ClassicOperation
{
    Add = 0x00, Subtract = 0x10, Multiply = 0x20, Divide = 0x30, Or = 0x40, And = 0x50, ShiftLeft = 0x60, ShiftRight = 0x70,
    Negate = 0x80, Modulo = 0x90, Xor = 0xa0,
}

public enum ClassicComparison
{
    Always = 0x00, Equal = 0x10, Greater = 0x20, GreaterOrEqual = 0x30, AnyBit = 0x40,
}

public enum ClassicMode
{
    Immediate = 0x00, Absolute = 0x20, Indirect = 0x40, Memory = 0x60, Length = 0x80, HeaderLength = 0xa0,
}

/// <summary>What the kernel knows of a packet beside its bytes (SKF_AD_...).</summary>
public enum ClassicSurrounding
{
    Protocol = 0, PacketType = 4, Interface = 8, NetlinkAttribute = 12, NestedAttribute = 16, Mark = 20, Queue = 24, HardwareType = 28,
    ReceiveHash = 32, Processor = 36, XorIndex = 40, VlanTag = 44, VlanTagPresent = 48, PayloadOffset = 52, Random = 56, VlanProtocol = 60,
}
