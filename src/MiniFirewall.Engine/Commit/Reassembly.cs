using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Sys.BpfCalls;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// The kernel puts fragments together before any hook for as long as a link asks for it (BPF_F_NETFILTER_IP_DEFRAG, Linux 6.6). The
/// dispatchers' links cannot be changed, so a link of its own asks, whose program accepts every packet. Being called costs a packet some 40 ns, so
/// it is where the fewest come by: on FORWARD where the namespace forwards nothing, else on LOCAL_OUT.
/// </summary>
internal static class Reassembly
{
    internal const string Name = "minifw_defrag";

    private static readonly FreePriority s_priority = new(10, 99);

    /// <summary>The link of the generation in force, or a new one where it has none, or has it where other packets come by now.</summary>
    internal static BpfLink After(GenerationState? running, Family family)
    {
        Hook hook = QuietHook(family);
        BpfLink? link = running is null ? null : BpfLink.TryOpen(running.Directory.PathOf(PinNames.Reassembly(family)));
        if (link is not null && link.Info().Netfilter?.Hook == (byte)hook)
        {
            return link;
        }

        link?.Dispose();
        return Attach(family, hook);
    }

    /// <summary>Of the calling thread's network namespace.</summary>
    private static Hook QuietHook(Family family)
    {
        string setting = family == Family.IPv4 ? "/proc/sys/net/ipv4/ip_forward" : "/proc/sys/net/ipv6/conf/all/forwarding";
        return KernelFile.FirstLine(setting) is null or "0" ? Hook.Forward : Hook.LocalOut;
    }

    private static BpfLink Attach(Family family, Hook hook)
    {
        using BpfProgram program = BpfProgram.Load(AcceptAll(ContextKind.Link), KernelBtf.Types, new Dictionary<string, BpfMap>());
        return s_priority.Attach(program, new(hook, family), NetfilterLinkFlags.Defragment);
    }

    internal static ProgramSpec AcceptAll(ContextKind context)
    {
        var code = new Assembler();
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel("main"));
        code.Move(Register.R0, 1);
        code.Exit();
        AssembledCode finished = code.Finish();
        return context == ContextKind.ModuleByProbes
            ? new ProgramSpec(Name, ProgramType.LwtOut, 0, finished, [])
            : new ProgramSpec(Name, ProgramType.Netfilter, DispatcherCompiler.BpfNetfilter, finished, []);
    }
}
