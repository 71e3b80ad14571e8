using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class VerifierExceptionTests
{
    [Fact]
    public void A_refusal_names_the_rule()
    {
        ProgramSpec spec = Programs.Netfilter(
            a =>
            {
                a.Origin = 0;
                a.LoadConstant(Register.R2, 1UL << 40);
                a.Origin = 1;
                a.Load(MemorySize.DoubleWord, Register.R0, Register.R2, 0);
                a.Origin = -1;
                a.Return(1);
            },
            "refused",
            "rules.v4:1: -A INPUT -j LOG",
            "rules.v4:2: -A INPUT -j DROP");
        var refusal = Assert.Throws<VerifierException>(() => spec.Load());
        Assert.Equal("rules.v4:2: -A INPUT -j DROP", refusal.Origin);
        Assert.Equal(2, refusal.Slot);
        Assert.StartsWith(
            "program refused is refused by the kernel's verifier at instruction 2 (rules.v4:2: -A INPUT -j DROP): R2 invalid mem access 'scalar'; this is a bug",
            refusal.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Contains("processed", refusal.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_longer_than_the_first_buffer_is_whole_at_its_end()
    {
        ProgramSpec spec = Programs.Netfilter(a =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                a.Move(Register.R0, i);
                a.Store(MemorySize.DoubleWord, Register.R10, -8, Register.R0);
            }

            a.Origin = 0;
            a.Load(MemorySize.Word, Register.R0, Register.R0, 0);
            a.Exit();
        }, "long", "the last rule");
        var refusal = Assert.Throws<VerifierException>(() => spec.Load());
        Assert.Equal("the last rule", refusal.Origin);
        Assert.InRange(refusal.Log.Length, 1 << 20, 64 << 20);
        Assert.StartsWith("0: R1=ctx()", refusal.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_open_branches_are_explained()
    {
        ProgramSpec spec = Programs.Netfilter(a =>
        {
            Label end = a.DefineLabel();
            a.LoadContext(Register.R6, Register.R1, "skb");
            a.LoadMember(MemorySize.Word, Register.R7, Register.R6, "sk_buff", "mark");
            for (int i = 0; i < 8300; i++)
            {
                a.Jump(JumpCondition.Equal, Register.R7, i, end);
            }

            a.Mark(end);
            a.Return(1);
        });
        Assert.Contains("8,192 branches", Assert.Throws<VerifierException>(() => spec.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_that_netfilter_does_not_take_is_refused() =>
        Assert.Contains("R0", Assert.Throws<VerifierException>(() => Programs.Constant(2).Load()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_refusal_before_the_verifier_is_a_refused_call()
    {
        var spec = new ProgramSpec("unknown", (ProgramType)9999, 0, Programs.Constant(1).Code, []);
        SystemCallException refusal = Assert.Throws<SystemCallException>(() => spec.Load());
        Assert.Contains("BPF_PROG_LOAD) unknown", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("program type", refusal.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_lacks_is_named()
    {
        Assert.Contains("bpf_no_such", Missing(a => a.CallKernel("bpf_no_such")), StringComparison.Ordinal);
        Assert.Contains("no_such_struct", Missing(a => a.LoadKernelType(Register.R1, "no_such_struct")), StringComparison.Ordinal);
        Assert.Contains(
            "sk_buff.no_such",
            Missing(a => a.LoadMember(MemorySize.Word, Register.R0, Register.R1, "sk_buff", "no_such")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MemorySize.Half, "len", -1, "4 bytes in this kernel; 2 bytes at 0")]
    [InlineData(MemorySize.DoubleWord, "len", 0, "4 bytes in this kernel; 8 bytes at 0")]
    [InlineData(MemorySize.Byte, "cloned", -1, "1 bits in this kernel; 1 bytes at 0")]
    public void A_member_of_another_width_is_refused(MemorySize size, string member, int plus, string says)
    {
        ProgramSpec spec = Programs.Netfilter(a => a.LoadMember(size, Register.R0, Register.R1, "sk_buff", member, plus));
        Assert.Contains(says, Assert.Throws<InvalidOperationException>(() => spec.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_that_is_not_given_is_named() => Assert.Contains(
        "lost",
        Assert.Throws<ArgumentException>(() => Programs.Netfilter(a => a.LoadMap(Register.R1, "lost")).Load()).Message,
        StringComparison.Ordinal);

    private static string Missing(Action<Assembler> emit) =>
        Assert.Throws<MissingFeatureException>(() => Programs.Netfilter(emit).Load()).Message;
}
