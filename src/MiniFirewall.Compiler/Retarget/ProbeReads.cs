using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// Reads by calls, for kernels that have neither casts nor dynptrs of packets: structures by bpf_probe_read_kernel, which gives zero for
/// what cannot be read, and the packet's bytes by bpf_skb_load_bytes. Where a dynptr was, the stack keeps the context; no
/// part of a packet is looked at where it lies, as if it were never linear.
/// </summary>
internal sealed class ProbeReads(CodeFlow flow) : ModuleReads(flow)
{
    protected override IReadOnlyList<Instruction> LoadThrough(int at, Instruction load, Pointer from) => Probe(at, load);

    protected override IReadOnlyList<Instruction> Other(int at, Instruction instruction) => instruction switch
    {
        { Reference: KernelMemberReference or KernelElementReference } => Probe(at, instruction),
        { Reference: KernelTypeReference } => [Code.Move(instruction.Destination, 0)],
        { Reference: KernelFunctionReference { Function: "bpf_rdonly_cast" } } => [Code.Move(Register.R0, Register.R1)],
        { Reference: KernelFunctionReference { Function: "bpf_dynptr_from_skb" } } => [Code.Store(MemorySize.DoubleWord, Register.R3, 0, Register.R1), Code.Move(Register.R0, 0)],
        { Reference: KernelFunctionReference { Function: "bpf_dynptr_slice" } } => [Code.Move(Register.R0, 0)],
        { IsHelperCall: true, Immediate: (long)Helper.DynptrRead } => Read(),
        _ => [instruction],
    };

    private List<Instruction> Probe(int at, Instruction load)
    {
        short result = Spills.Result(at);
        var address = (Register)load.Source;
        List<Instruction> code = [];
        if (address != Register.R3)
        {
            code.Add(Code.Move(Register.R3, address));
        }

        code.Add(load.Reference is null ? Code.Add(Register.R3, load.Offset) : Code.Add(Register.R3, new KernelAccessReference(load.Reference, Bytes(load.AccessSize))));
        code.AddRange(
        [
            Code.Move(Register.R1, Register.R10),
            Code.Add(Register.R1, result),
            Code.Move(Register.R2, Bytes(load.AccessSize)),
            Code.Call(Helper.ProbeReadKernel),
            Code.Load(load.AccessSize, load.Destination, Register.R10, result),
        ]);
        return Spills.Around(at, Kept(at, load.Destination), code);
    }

    /// <summary>bpf_dynptr_read(R1 to, R2 bytes, R3 dynptr, R4 offset, R5 none); no bytes are read anyhow.</summary>
    private static Instruction[] Read() =>
    [
        Code.Load(MemorySize.DoubleWord, Register.R5, Register.R3, 0),
        Code.Move(Register.R3, Register.R1),
        Code.Move(Register.R1, Register.R5),
        Code.Move(Register.R0, Register.R4),
        Code.Move(Register.R4, Register.R2),
        Code.Move(Register.R2, Register.R0),
        Code.Move(Register.R0, 0),
        Code.SkipIfLess(Register.R4, 1, slots: 1),
        Code.Call(Helper.SkbLoadBytes),
    ];

    private static int Bytes(MemorySize size) => size switch
    {
        MemorySize.Byte => 1,
        MemorySize.Half => 2,
        MemorySize.Word => 4,
        _ => 8,
    };
}
