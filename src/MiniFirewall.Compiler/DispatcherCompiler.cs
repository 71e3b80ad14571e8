using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Retarget;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler;

/// <summary>
/// The program that sits on a hook: reads the generation in force and tail-calls its program. Attached once; a netfilter
/// link cannot be updated. The indexes are constants, so that the JIT makes direct jumps of the tail calls.
/// </summary>
public static class DispatcherCompiler
{
    /// <summary>Dispatchers' name in the kernel.</summary>
    public const string Name = "minifw_dispatch";

    /// <summary>The expected attach type of netfilter programs (BPF_NETFILTER).</summary>
    public const uint BpfNetfilter = 45;

    /// <summary>Hooks in the order of their slots.</summary>
    public static ImmutableArray<Hook> Hooks { get; } = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];

    /// <summary>Families in the order of their slots.</summary>
    public static ImmutableArray<Family> Families { get; } = [Family.IPv4, Family.IPv6];

    /// <summary>The program array's slot of a hook and family, for generations of this parity, or in reserve.</summary>
    /// <param name="word">A generation's number, or the word that puts it in force.</param>
    public static int Slot(ulong word, Hook hook, Family family)
    {
        int bank = (word & WellKnownMaps.GenerationInReserve) != 0 ? 2 : (int)(word & 1);
        return (bank * WellKnownMaps.SlotsPerGeneration) + (Hooks.IndexOf(hook) * Families.Length) + Families.IndexOf(family);
    }

    public static ProgramSpec Compile(Hook hook, Family family, ContextKind context = ContextKind.Link)
    {
        var code = new Assembler();
        Label none = code.DefineLabel("no rules"), reserve = code.DefineLabel("in reserve"), odd = code.DefineLabel("odd generation");
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel("main"));
        code.LoadMapValue(Register.R2, WellKnownMaps.Control, WellKnownMaps.ControlGeneration);
        code.Load(MemorySize.DoubleWord, Register.R4, Register.R2, 0);
        code.Jump(JumpCondition.Equal, Register.R4, 0, none);
        code.Jump(JumpCondition.SignedLess, Register.R4, 0, reserve);
        code.Jump(JumpCondition.Set, Register.R4, 1, odd);
        EmitTailCall(code, Slot(0, hook, family));
        code.Mark(odd);
        EmitTailCall(code, Slot(1, hook, family));
        code.Mark(reserve);
        EmitTailCall(code, Slot(WellKnownMaps.GenerationInReserve, hook, family));
        code.Mark(none);
        if (context == ContextKind.Module)
        {
            // Naming the map says where the programs behind the dispatcher leave answers.
            code.LoadMap(Register.R1, WellKnownMaps.Answers);
        }

        code.Move(Register.R0, 1);
        code.Exit();
        return ModulePrograms.Of(new ProgramSpec(Name, ProgramType.Netfilter, BpfNetfilter, code.Finish(), []), context);
    }

    /// <summary>An empty slot of the generation in force cannot be: if it is all the same, nothing passes.</summary>
    private static void EmitTailCall(Assembler code, int slot)
    {
        code.LoadMap(Register.R2, WellKnownMaps.Programs);
        code.Move(Register.R3, slot);
        code.Call(Helper.TailCall);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}
