using MiniFirewall.Asm;
using Xunit;

namespace MiniFirewall.Tests.Asm;

public sealed class MayGotoTests
{
    [Fact]
    public void Dead_registers_are_left_as_they_are() => Assert.Equal(3, Loop(new Assembler()).Instructions.Length);

    [Fact]
    public void Dead_registers_become_zero_where_the_verifier_compares_them()
    {
        AssembledCode code = Loop(new Assembler { ClearsDeadRegisters = true }), moves = Moves();
        Assert.Equal(moves.Instructions[..2], code.Instructions[..2]);
        Assert.Equal(-4, code.Instructions[3].Offset);
    }

    private static AssembledCode Loop(Assembler assembler)
    {
        Label loop = assembler.DefineLabel(), end = assembler.DefineLabel();
        assembler.Mark(loop);
        assembler.MayGoto(end, Register.R1, Register.R8);
        assembler.Jump(loop);
        assembler.Mark(end);
        assembler.Exit();
        return assembler.Finish();
    }

    private static AssembledCode Moves()
    {
        var assembler = new Assembler();
        assembler.Move(Register.R1, 0);
        assembler.Move(Register.R8, 0);
        assembler.Exit();
        return assembler.Finish();
    }
}
