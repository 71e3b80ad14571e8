namespace MiniFirewall.Asm.Editing;

/// <summary>Which registers an instruction reads, and which it writes or loses.</summary>
/// <param name="arguments">How many arguments a call has.</param>
internal readonly ref struct Effects(Instruction instruction, int arguments)
{
    private const byte AluMove = 0xb0, AluOperationMask = 0xf0, ByteSwap = 0xd0;
    private const int Fetch = 1, CompareExchange = 0xf1;

    internal RegisterSet Reads => instruction switch
    {
        { IsExit: true } => RegisterSet.Of(Register.R0),
        { IsCall: true } => RegisterSet.Arguments(arguments),
        { IsJumpAlways: true } or { IsMayGoto: true } => RegisterSet.Empty,
        { IsJump: true } => Operands(withDestination: true),
        { IsAlu: true } => AluReads,
        { IsLoad: true } => RegisterSet.Of((Register)instruction.Source),
        { IsAtomic: true } => Operands(true).Or(instruction.Immediate == CompareExchange ? RegisterSet.Of(Register.R0) : default).Or(RegisterSet.Of((Register)instruction.Source)),
        { IsStore: true } => (instruction.Opcode & 7) == 3 ? RegisterSet.Of(instruction.Destination, (Register)instruction.Source) : RegisterSet.Of(instruction.Destination),
        _ => RegisterSet.Empty,
    };

    internal RegisterSet Writes => instruction switch
    {
        { IsCall: true } => RegisterSet.Scratch,
        { IsAlu: true } or { IsLoad: true } or { Opcode: Instruction.LoadImmediate64Opcode } => RegisterSet.Of(instruction.Destination),
        { IsAtomic: true, Immediate: CompareExchange } => RegisterSet.Of(Register.R0),
        { IsAtomic: true } => ((int)instruction.Immediate & Fetch) != 0 ? RegisterSet.Of((Register)instruction.Source) : default,
        _ => RegisterSet.Empty,
    };

    private RegisterSet AluReads => (instruction.Opcode & AluOperationMask) switch
    {
        AluMove => Operands(withDestination: false),
        ByteSwap => RegisterSet.Of(instruction.Destination),
        _ => Operands(withDestination: true),
    };

    private RegisterSet Operands(bool withDestination)
    {
        RegisterSet reads = withDestination ? RegisterSet.Of(instruction.Destination) : default;
        return instruction.HasSourceRegister ? reads.Or(RegisterSet.Of((Register)instruction.Source)) : reads;
    }
}
