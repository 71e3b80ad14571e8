using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// What stands for each load where the module runs a program on a kernel that has neither casts nor dynptrs of packets: structures are read
/// by bpf_probe_read_kernel, which gives zero for what cannot be read, and the packet's bytes by bpf_skb_load_bytes. Where a dynptr was, the
/// stack keeps the context; no part of a packet is looked at where it lies, as if it were never linear.
/// </summary>
internal sealed class ProbeReads(CodeFlow flow)
{
    private static readonly Instruction[] s_nothing = [];

    private readonly Liveness _liveness = new(flow, at => CallArguments.Of(flow, at));
    private readonly Pointers _pointers = new(flow);
    private readonly SpillFrame _spills = new(flow);

    /// <summary>What stands for the instruction at an index.</summary>
    internal IReadOnlyList<Instruction> Replacement(int at)
    {
        Instruction instruction = flow.Code.Instructions[at];
        if (instruction.IsLoad && _pointers.Before(at, (Register)instruction.Source) is var from and not Pointer.None)
        {
            return Load(at, instruction, from);
        }

        return Pointers.IsSkbOffset(instruction) && _pointers.Before(at, instruction.Destination) == Pointer.Context
            ? s_nothing
            : Other(at, instruction);
    }

    private IReadOnlyList<Instruction> Load(int at, Instruction load, Pointer from)
    {
        var address = (Register)load.Source;
        if (from is Pointer.Context or Pointer.ContextSkb)
        {
            return [Pointers.Loaded(from, load) == Pointer.Skb
                ? Code.Move(load.Destination, address)
                : Code.Load(MemorySize.DoubleWord, load.Destination, address, SkbContext.State)];
        }

        return from == Pointer.Skb && load.Reference is KernelMemberReference member && SkbContext.Direct(member) is >= 0 and var direct
            ? [Code.Load(MemorySize.Word, load.Destination, address, direct)]
            : Probe(at, load);
    }

    private IReadOnlyList<Instruction> Other(int at, Instruction instruction) => instruction switch
    {
        { Reference: KernelMemberReference or KernelElementReference } => Probe(at, instruction),
        { Reference: KernelTypeReference } => [Code.Move(instruction.Destination, 0)],
        { Reference: KernelFunctionReference { Function: "bpf_rdonly_cast" } } => [Code.Move(Register.R0, Register.R1)],
        _ when Pointers.IsOpening(instruction) => [Code.Store(MemorySize.DoubleWord, Register.R3, 0, Register.R1), Code.Move(Register.R0, 0)],
        { Reference: KernelFunctionReference { Function: "bpf_dynptr_slice" } } => [Code.Move(Register.R0, 0)],
        { IsHelperCall: true, Immediate: (long)Helper.DynptrRead } => Read(),
        _ => [instruction],
    };

    private List<Instruction> Probe(int at, Instruction load)
    {
        short result = _spills.Result(at);
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
        return _spills.Around(at, Kept(at, load.Destination), code);
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

    /// <summary>The registers among R0 to R5 that a new call at an index must not lose, but for one that is written anyway.</summary>
    private RegisterSet Kept(int at, Register written) => _liveness.After(at).And(RegisterSet.Scratch).Without(RegisterSet.Of(written));

    private static int Bytes(MemorySize size) => size switch
    {
        MemorySize.Byte => 1,
        MemorySize.Half => 2,
        MemorySize.Word => 4,
        _ => 8,
    };
}
