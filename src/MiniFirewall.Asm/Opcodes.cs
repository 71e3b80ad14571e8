namespace MiniFirewall.Asm;

/// <summary>Operation of an arithmetic instruction; the high four bits of the opcode (RFC 9669 §4.1).</summary>
public enum AluOperation : byte
{
    Add = 0x00, Subtract = 0x10, Multiply = 0x20, Divide = 0x30, Or = 0x40, And = 0x50, ShiftLeft = 0x60,
    ShiftRight = 0x70, Negate = 0x80, Modulo = 0x90, Xor = 0xa0, Move = 0xb0, ArithmeticShiftRight = 0xc0,
}

/// <summary>Condition of a jump; the high four bits of the opcode (RFC 9669 §4.3).</summary>
public enum JumpCondition : byte
{
    Equal = 0x10, Greater = 0x20, GreaterOrEqual = 0x30, Set = 0x40, NotEqual = 0x50, SignedGreater = 0x60,
    SignedGreaterOrEqual = 0x70, Less = 0xa0, LessOrEqual = 0xb0, SignedLess = 0xc0, SignedLessOrEqual = 0xd0,
}

/// <summary>Width of a memory access; bits 3 and 4 of the opcode (RFC 9669 §5).</summary>
public enum MemorySize : byte
{
    Word = 0x00, Half = 0x08, Byte = 0x10, DoubleWord = 0x18,
}

/// <summary>Operand width of an arithmetic instruction or a jump.</summary>
public enum OperandWidth : byte
{
    Bits32,
    Bits64,
}

/// <summary>Kernel helper functions in use (include/uapi/linux/bpf.h, enum bpf_func_id).</summary>
public enum Helper
{
    MapLookupElement = 1,
    MapUpdateElement = 2,
    MapDeleteElement = 3,
    TailCall = 12,
    GetSmpProcessorId = 8,
    GetPrandomU32 = 7,
    KtimeGetNs = 5,
    SkbLoadBytes = 26,
    GetCurrentTask = 35,
    SpinLock = 93,
    SpinUnlock = 94,
    ProbeReadKernel = 113,
    Jiffies64 = 118,
    KtimeGetBootNs = 125,
    RingbufOutput = 130,
    RingbufReserve = 131,
    RingbufSubmit = 132,
    RingbufDiscard = 133,
    GetCurrentTaskBtf = 158,
    ForEachMapElement = 164,
    TimerInit = 169,
    TimerSetCallback = 170,
    TimerStart = 171,
    Loop = 181,
    DynptrRead = 201,
    KtimeGetTaiNs = 208,
}
