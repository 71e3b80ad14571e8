using MiniFirewall.Asm;
using Xunit;

namespace MiniFirewall.Tests.Asm;

public sealed class LabelTests
{
    private readonly Assembler _assembler = new();

    [Fact]
    public void Distances_are_in_slots_forwards_and_backwards()
    {
        Label back = _assembler.DefineLabel();
        Label forward = _assembler.DefineLabel();
        _assembler.Mark(back);
        _assembler.Jump(JumpCondition.Equal, Register.R1, 0, forward);
        _assembler.LoadConstant(Register.R2, 1UL << 40);
        _assembler.Jump(back);
        _assembler.Mark(forward);
        _assembler.Exit();

        AssembledCode code = _assembler.Finish();
        Assert.Equal(3, code.Instructions[0].Offset);
        Assert.Equal(-4, code.Instructions[2].Offset);
    }

    [Fact]
    public void Functions_know_their_slots_and_calls_find_them()
    {
        Label main = _assembler.DefineLabel("main");
        Label chain = _assembler.DefineLabel("chain");
        _assembler.BeginFunction(new("main", true, []), main);
        _assembler.LoadConstant(Register.R1, 1UL << 40);
        _assembler.Call(chain);
        _assembler.Exit();
        _assembler.BeginFunction(new("chain", true, [new NumberParameter("n")]), chain);
        _assembler.Return();

        AssembledCode code = _assembler.Finish();
        Assert.Equal([("main", 0), ("chain", 4)], code.Functions.Select(f => (f.Function.Name, f.Slot)));
        Assert.Equal(1, code.Instructions[1].Immediate);
    }

    [Fact]
    public void Instructions_keep_the_origin_of_their_time()
    {
        _assembler.Move(Register.R0, 1);
        _assembler.Origin = 3;
        _assembler.Move(Register.R0, 2);
        _assembler.Origin = -1;
        _assembler.Exit();
        Assert.Equal([-1, 3, -1], _assembler.Finish().Instructions.Select(i => i.Origin));
    }

    [Fact]
    public void A_label_is_marked_once()
    {
        Label label = _assembler.DefineLabel("twice");
        _assembler.Mark(label);
        Refused(() => _assembler.Mark(label), "twice is marked twice");
    }

    [Fact]
    public void A_function_starts_once()
    {
        Label label = _assembler.DefineLabel("main");
        _assembler.BeginFunction(new("main", true, []), label);
        Refused(() => _assembler.BeginFunction(new("main", true, []), label), "main is marked twice");
    }

    [Fact]
    public void A_label_of_another_assembler_is_refused_at_the_call()
    {
        Label other = new Assembler().DefineLabel("other");
        Refused(() => _assembler.Mark(other), "another assembler");
        Refused(() => _assembler.Jump(other), "another assembler");
        Refused(() => _assembler.Call(other), "another assembler");
        Refused(() => _assembler.LoadFunction(Register.R1, other), "another assembler");
        Assert.Equal(0, _assembler.Count);
    }

    [Fact]
    public void A_label_that_is_never_marked_is_named()
    {
        _assembler.Jump(_assembler.DefineLabel("lost"));
        Refused(() => _assembler.Finish(), "lost is never marked");
    }

    [Fact]
    public void A_jump_beyond_sixteen_bits_is_refused()
    {
        Label far = _assembler.DefineLabel();
        _assembler.Jump(JumpCondition.Equal, Register.R1, 0, far);
        for (int i = 0; i < 32768; i++)
        {
            _assembler.Move(Register.R0, 0);
        }

        _assembler.Mark(far);
        _assembler.Exit();
        Assert.Throws<OverflowException>(() => _assembler.Finish());
    }

    [Theory]
    [InlineData(32768)]
    [InlineData(-32769)]
    public void A_memory_offset_beyond_sixteen_bits_is_refused(int offset) =>
        Assert.Throws<OverflowException>(() => _assembler.Load(MemorySize.Byte, Register.R0, Register.R1, offset));

    private static void Refused(Action action, string says) =>
        Assert.Contains(says, Assert.Throws<InvalidOperationException>(action).Message, StringComparison.Ordinal);
}
