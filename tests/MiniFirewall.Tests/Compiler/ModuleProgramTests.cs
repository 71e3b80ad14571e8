using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Tests.Compiler;

/// <summary>Programs for the module name nothing that its kernels do not have.</summary>
public sealed class ModuleProgramTests
{
    private static readonly PacketProgram Some = new(
        Family.IPv6,
        Hook.LocalIn,
        [new Block("entry", [new Statement([new Require(FieldTest.Equal(Field.DestinationPort, 22)), new Require(FieldTest.Equal(Field.Mark, 1))], 1, true, new Decide(Verdict.Drop), Origin.None)])],
        0,
        Verdict.Accept,
        2);

    [Theory]
    [InlineData(ContextKind.Link, ProgramType.Netfilter)]
    [InlineData(ContextKind.Module, ProgramType.Netfilter)]
    [InlineData(ContextKind.ModuleByProbes, ProgramType.LwtOut)]
    public void Type_and_context_are_those_of_who_runs_it(ContextKind context, ProgramType type)
    {
        ProgramSpec spec = Compile(context);
        Assert.Equal(type, spec.Type);
        Assert.Equal(type == ProgramType.Netfilter ? 45u : 0, spec.ExpectedAttachType);
        string own = type == ProgramType.Netfilter ? "bpf_nf_ctx" : "__sk_buff";
        Assert.All(
            spec.Code.Functions.SelectMany(function => function.Function.Parameters).OfType<ContextParameter>(),
            parameter => Assert.Equal(own, parameter.Struct));
    }

    [Fact]
    public void By_probes_nothing_names_the_context_of_links() => Assert.DoesNotContain(
        Compile(ContextKind.ModuleByProbes).Code.Instructions, instruction => instruction.Reference is KernelTypeReference { Struct: "bpf_nf_ctx" }
            or KernelMemberReference { Struct: "bpf_nf_ctx" } or KernelOffsetReference { Struct: "bpf_nf_ctx" });

    [Fact]
    public void By_probes_no_function_of_the_kernel_is_called_and_nothing_is_read_by_types() => Assert.DoesNotContain(
        Compile(ContextKind.ModuleByProbes).Code.Instructions,
        instruction => instruction.Reference is KernelFunctionReference or KernelTypeReference or KernelMemberReference or KernelElementReference);

    /// <summary>The module is as fast as links because it runs what they run.</summary>
    [Fact]
    public void Where_the_module_runs_links_programs_they_are_the_same() =>
        Assert.Equal(Compile(ContextKind.Link).Code.Instructions, Compile(ContextKind.Module).Code.Instructions);

    [Fact]
    public void The_dispatcher_is_the_same_for_both_but_for_its_type()
    {
        ProgramSpec link = DispatcherCompiler.Compile(Hook.LocalIn, Family.IPv4), module = DispatcherCompiler.Compile(Hook.LocalIn, Family.IPv4, ContextKind.ModuleByProbes);
        Assert.Equal(link.Code.Instructions, module.Code.Instructions);
        Assert.Equal(ProgramType.LwtOut, module.Type);
    }

    private static ProgramSpec Compile(ContextKind context) => PacketProgramCompiler.Compile(Some, new CompileOptions { Context = context });
}
