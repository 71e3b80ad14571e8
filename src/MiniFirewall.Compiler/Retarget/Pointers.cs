using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// What each register points to before each instruction. A register that points to different things on two ways is used for what it
/// is on one of them only, and the other way has it written before: the one that matters is the one that is known.
/// </summary>
internal sealed class Pointers
{
    private const int Registers = 11;
    private const short StateOffset = 0, SkbOffset = 8;

    private readonly Pointer[]?[] _before;
    private readonly CodeFlow _flow;

    internal Pointers(CodeFlow flow)
    {
        _flow = flow;
        _before = new Pointer[]?[flow.Code.Instructions.Length];
        var open = new Stack<int>();
        foreach ((Function function, int start) in flow.Functions)
        {
            var entry = new Pointer[Registers];
            if (function.Parameters is [ContextParameter, ..])
            {
                entry[(int)Register.R1] = Pointer.Context;
            }

            _before[start] = entry;
            open.Push(start);
        }

        while (open.TryPop(out int at))
        {
            Pointer[] after = After(at);
            foreach (int next in flow.Successors(at).Where(next => Join(next, after)))
            {
                open.Push(next);
            }
        }
    }

    internal Pointer Before(int at, Register register) => _before[at]?[(int)register] ?? Pointer.None;

    /// <summary>What a load of eight bytes from the context is, from its start or from where its sk_buff is.</summary>
    internal static Pointer Loaded(Pointer from, Instruction load) => (from, load.Reference, load.Offset) switch
    {
        (Pointer.Context, KernelMemberReference { Member: "skb" }, _) => Pointer.Skb,
        (Pointer.Context, KernelMemberReference { Member: "state" }, _) => Pointer.State,
        (Pointer.Context, null, SkbOffset) => Pointer.Skb,
        (Pointer.Context, null, StateOffset) => Pointer.State,
        (Pointer.ContextSkb, null, 0) => Pointer.Skb,
        _ => throw new InvalidOperationException($"a load from the context at {load.Offset} that no module knows"),
    };

    internal static bool IsSkbOffset(Instruction instruction) => instruction.Reference is KernelOffsetReference { Struct: "bpf_nf_ctx", Member: "skb" };

    internal static bool IsCast(Instruction instruction) => instruction.Reference is KernelFunctionReference { Function: "bpf_rdonly_cast" };

    internal static bool IsOpening(Instruction instruction) => instruction.Reference is KernelFunctionReference { Function: "bpf_dynptr_from_skb" };

    private Pointer[] After(int at)
    {
        Pointer[] before = _before[at]!;
        Instruction instruction = _flow.Code.Instructions[at];
        Pointer[] after = [.. before];
        if (instruction.IsCall)
        {
            Pointer cast = before[(int)Register.R1];
            Array.Clear(after, 0, 6);
            after[(int)Register.R0] = !IsCast(instruction) ? Pointer.None : cast is Pointer.Context or Pointer.ContextSkb ? cast : Pointer.Kernel;
            return after;
        }

        int destination = (int)instruction.Destination;
        if (instruction.IsMove)
        {
            after[destination] = before[instruction.Source];
        }
        else if (IsSkbOffset(instruction) && before[destination] == Pointer.Context)
        {
            after[destination] = Pointer.ContextSkb;
        }
        else if (instruction.IsLoad)
        {
            Pointer from = before[instruction.Source];
            after[destination] = from is Pointer.Context or Pointer.ContextSkb ? Loaded(from, instruction) : Pointer.None;
        }
        else if ((instruction.Opcode & 7) is 4 or 7 or 0)
        {
            after[destination] = Pointer.None;
        }

        return after;
    }

    /// <summary>True where something new is known.</summary>
    private bool Join(int at, Pointer[] more)
    {
        if (_before[at] is not { } known)
        {
            _before[at] = [.. more];
            return true;
        }

        bool changed = false;
        for (int i = 0; i < Registers; i++)
        {
            if (known[i] == Pointer.None && more[i] != Pointer.None)
            {
                known[i] = more[i];
                changed = true;
            }
        }

        return changed;
    }
}
