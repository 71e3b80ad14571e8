using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Btf;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class FunctionTypesTests
{
    [Fact]
    public void The_kernel_takes_functions_of_every_kind_of_parameter()
    {
        (byte[] btf, (int Slot, int TypeId)[] functions) = FunctionTypes.Build(
        [
            Placed("second", 12, new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", 48), new NumberParameter("n")),
            Placed("main", 0, new ContextParameter("context", "bpf_nf_ctx")),
            Placed("third", 40, new BytesParameter("key", 48), new BytesParameter("other", 7)),
            Placed("fourth", 50),
        ]);
        using FileDescriptor loaded = BpfProgramCalls.LoadBtf(btf, "test");
        Assert.Equal([0, 12, 40, 50], functions.Select(f => f.Slot));

        KernelTypes types = KernelTypes.Parse(btf);
        Assert.Equal(functions.Select(f => (int?)f.TypeId), new[] { "main", "second", "third", "fourth" }.Select(types.FindFunction));
        Assert.Equal(new KernelMember(0, 48, 1, 0, 0), types.FindMember("bytes_48", "data"));
        Assert.Equal(new KernelMember(0, 7, 1, 0, 0), types.FindMember("bytes_7", "data"));
    }

    [Fact]
    public void The_kernels_complaint_is_passed_on()
    {
        var builder = new BtfBuilder();
        builder.AddFunction("lost", 99, isGlobal: true);
        SystemCallException refusal = Assert.Throws<SystemCallException>(() => BpfProgramCalls.LoadBtf(builder.Build(), "lost"));
        Assert.Contains("the kernel says: ", refusal.Message, StringComparison.Ordinal);
    }

    private static PlacedFunction Placed(string name, int slot, params ImmutableArray<Parameter> parameters) =>
        new(new(name, true, parameters), slot);
}
