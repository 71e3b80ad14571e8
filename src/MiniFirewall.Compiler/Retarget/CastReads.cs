using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>Reads by inlined casts (bpf_rdonly_cast): what the context led to by types is cast first, all else stays as it is.</summary>
internal sealed class CastReads(CodeFlow flow) : ModuleReads(flow)
{
    protected override IReadOnlyList<Instruction> LoadThrough(int at, Instruction load, Pointer from)
    {
        if (from == Pointer.Kernel)
        {
            return [load];
        }

        return Spills.Around(at, Kept(at, load.Destination),
        [
            Code.Move(Register.R1, (Register)load.Source),
            Code.LoadType(Register.R2, from == Pointer.Skb ? "sk_buff" : "nf_hook_state"),
            Code.Cast(),
            load with { Source = (byte)Register.R0 },
        ]);
    }

    protected override IReadOnlyList<Instruction> Other(int at, Instruction instruction) => [instruction];
}
