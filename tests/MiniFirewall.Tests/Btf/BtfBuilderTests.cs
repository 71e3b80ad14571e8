using MiniFirewall.Btf;
using Xunit;

namespace MiniFirewall.Tests.Btf;

public sealed class BtfBuilderTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        var builder = new BtfBuilder();
        int number = builder.AddUnsigned("u8", 1);
        int index = builder.AddUnsigned("u32", 4);
        int array = builder.AddArray(number, index, 48);
        int bytes = builder.AddStruct("bytes_48", 48, "data", array);
        int pointer = builder.AddPointer(bytes);
        int prototype = builder.AddFunctionPrototype(index, [("key", pointer), ("n", index)]);
        int function = builder.AddFunction("chain_1", prototype, isGlobal: true);
        int opaque = builder.AddOpaqueStruct("bpf_nf_ctx", 0);

        KernelTypes types = KernelTypes.Parse(builder.Build());
        Assert.Equal(opaque, types.Count);
        Assert.Equal(bytes, types.FindStruct("bytes_48"));
        Assert.Equal(opaque, types.FindStruct("bpf_nf_ctx"));
        Assert.Equal(function, types.FindFunction("chain_1"));
        Assert.Equal(new KernelMember(0, 48, 1, 0, 0), types.FindMember("bytes_48", "data"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("my-chain")]
    [InlineData("two words")]
    public void Names_that_the_kernel_refuses_are_refused_here(string name) =>
        Assert.Throws<ArgumentException>(() => new BtfBuilder().AddOpaqueStruct(name, 0));
}
