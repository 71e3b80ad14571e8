using MiniFirewall.Asm;
using MiniFirewall.Btf;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>Whether the running kernel has something, and if not, why and which has.</summary>
public readonly record struct FeatureProbe(string Feature, bool Present, string Reason);

/// <summary>Asks the running kernel what it can, by trying; nothing stays behind. It takes the rights that the features take.</summary>
public static class FeatureProbes
{
    private const int EAFNOSUPPORT = 97;

    private static readonly KernelTypes NoTypes = KernelTypes.Parse(new BtfBuilder().Build());

    /// <summary>All that the hook provider "bpf" needs.</summary>
    public static IReadOnlyList<FeatureProbe> All() =>
    [
        Btf(), NetfilterPrograms(), NetfilterLinks(), TestRuns(),
        Function("bpf_rdonly_cast", "6.2"), Function("bpf_dynptr_from_skb", "6.4"), Function("bpf_dynptr_slice", "6.4"),
        RingBuffers(),
    ];

    public static FeatureProbe Btf() => Try(
        "kernel BTF", "the kernel must be built with CONFIG_DEBUG_INFO_BTF", () => _ = KernelBtf.Types);

    public static FeatureProbe NetfilterPrograms() => Try(
        "netfilter programs", "they came with kernel 6.4 (CONFIG_NETFILTER_BPF_LINK)", () => LoadAccept().Dispose());

    /// <summary>Asks for a link in a protocol family that has none: a kernel that has links refuses the family, not the call.</summary>
    public static FeatureProbe NetfilterLinks() => Try(
        "netfilter links",
        "they came with kernel 6.4 (CONFIG_NETFILTER_BPF_LINK)",
        () =>
        {
            using BpfProgram program = LoadAccept();
            try
            {
                BpfLink.AttachNetfilter(program, 0, Hook.LocalIn, 0).Dispose();
            }
            catch (SystemCallException refusal) when (refusal.Errno == EAFNOSUPPORT)
            {
                // The answer of a kernel that knows netfilter links.
            }
        });

    public static FeatureProbe TestRuns() => Try(
        "test runs of netfilter programs",
        "they came with kernel 6.4",
        () =>
        {
            using BpfProgram program = LoadAccept();
            program.TestRun(Family.IPv4, Hook.LocalOut, new byte[64]);
        });

    public static FeatureProbe RingBuffers() => Try(
        "ring buffers",
        "they came with kernel 5.8",
        () => BpfMap.Create(new("probe", MapType.RingBuffer, 0, 0, Environment.SystemPageSize)).Dispose());

    /// <summary>A kernel function that programs may call.</summary>
    /// <param name="since">The first kernel that has it.</param>
    public static FeatureProbe Function(string name, string since) => Try(
        name,
        $"it came with kernel {since}",
        () => _ = KernelBtf.Types.FindFunction(name) ?? throw new MissingFeatureException($"the kernel's BTF names no function {name}"));

    private static BpfProgram LoadAccept()
    {
        var assembler = new Assembler();
        assembler.BeginFunction(new("probe", true, []), assembler.DefineLabel());
        assembler.Move(Register.R0, 1);
        assembler.Exit();
        var spec = new ProgramSpec("probe", ProgramType.Netfilter, BpfLinkCalls.AttachTypeNetfilter, assembler.Finish(), []);
        return BpfProgram.Load(spec, NoTypes, new Dictionary<string, BpfMap>());
    }

    private static FeatureProbe Try(string feature, string need, Action probe)
    {
        try
        {
            probe();
            return new(feature, true, "");
        }
        catch (Exception e) when (e is SystemCallException or MissingFeatureException or VerifierException or BtfException)
        {
            return new(feature, false, $"{feature}: {need}; {e.Message}");
        }
    }
}
