using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>How a program reads what its context leads to: what stands for each load where the module runs it.</summary>
internal abstract class ModuleReads(CodeFlow flow)
{
    protected static readonly Instruction[] Nothing = [];

    private readonly Liveness _liveness = new(flow, at => CallArguments.Of(flow, at));

    protected CodeFlow Flow { get; } = flow;

    protected Pointers Pointers { get; } = new(flow);

    protected SpillFrame Spills { get; } = new(flow);

    /// <summary>What stands for the instruction at an index.</summary>
    internal IReadOnlyList<Instruction> Replacement(int at)
    {
        Instruction instruction = Flow.Code.Instructions[at];
        if (instruction.Reference is KernelTypeReference { Struct: "bpf_nf_ctx" })
        {
            // It was to be the type of a cast, which becomes a move.
            return [Code.Move(instruction.Destination, 0)];
        }

        if (instruction.IsLoad && Pointers.Before(at, (Register)instruction.Source) is var from and not Pointer.None)
        {
            return Load(at, instruction, from);
        }

        if (Pointers.IsSkbOffset(instruction) && Pointers.Before(at, instruction.Destination) == Pointer.Context)
        {
            return Nothing;
        }

        if (Pointers.IsCast(instruction) && Pointers.Before(at, Register.R1) is Pointer.Context or Pointer.ContextSkb)
        {
            return [Code.Move(Register.R0, Register.R1)];
        }

        return Other(at, instruction);
    }

    /// <summary>A load through one of the pointers that are not of the context itself.</summary>
    protected abstract IReadOnlyList<Instruction> LoadThrough(int at, Instruction load, Pointer from);

    /// <summary>Any other instruction.</summary>
    protected abstract IReadOnlyList<Instruction> Other(int at, Instruction instruction);

    /// <summary>The registers among R0 to R5 that a new call at an index must not lose, but for one that is written anyway.</summary>
    protected RegisterSet Kept(int at, Register written) => _liveness.After(at).And(RegisterSet.Scratch).Without(RegisterSet.Of(written));

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
            : LoadThrough(at, load, from);
    }
}
