using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

/// <summary>Hand-written programs for tests of the loader.</summary>
internal static class Programs
{
    public const uint AttachTypeNetfilter = 45;

    public static readonly IReadOnlyDictionary<string, BpfMap> NoMaps = new Dictionary<string, BpfMap>();

    /// <summary>A netfilter program whose main function <paramref name="emit"/> writes; R1 is the context. Before Linux 6.4 the test is skipped.</summary>
    public static ProgramSpec Netfilter(Action<Assembler> emit, string name = "test", params string[] origins)
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "this kernel has no programs of type NETFILTER");
        var assembler = new Assembler();
        assembler.BeginFunction(new("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), assembler.DefineLabel("main"));
        emit(assembler);
        return new(name, ProgramType.Netfilter, AttachTypeNetfilter, assembler.Finish(), [.. origins]);
    }

    public static ProgramSpec Constant(int verdict) => Netfilter(a => a.Return(verdict));

    public static void Return(this Assembler assembler, int value)
    {
        assembler.Move(Register.R0, value);
        assembler.Exit();
    }

    /// <summary>The address of a byte of the stack.</summary>
    public static void Frame(this Assembler assembler, Register destination, int offset)
    {
        assembler.Move(destination, Register.R10);
        assembler.Alu(AluOperation.Add, destination, offset);
    }

    /// <summary>Loads a member of the context, such as skb, into a register.</summary>
    public static void LoadContext(this Assembler assembler, Register destination, Register context, string member) =>
        assembler.LoadMember(MemorySize.DoubleWord, destination, context, "bpf_nf_ctx", member);

    /// <summary>R0 = a pointer to kernel memory that may be read as the struct (bpf_rdonly_cast).</summary>
    public static void Cast(this Assembler assembler, Register pointer, string structName)
    {
        assembler.Move(Register.R1, pointer);
        assembler.LoadKernelType(Register.R2, structName);
        assembler.CallKernel("bpf_rdonly_cast");
    }

    public static BpfProgram Load(this ProgramSpec spec, params BpfMap[] maps) =>
        BpfProgram.Load(spec, KernelBtf.Types, maps.ToDictionary(map => map.Name));
}
