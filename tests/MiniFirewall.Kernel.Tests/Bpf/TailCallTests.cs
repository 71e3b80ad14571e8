using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class TailCallTests(ITestOutputHelper output) : IDisposable
{
    private readonly BpfMap _slots = BpfMap.Create(new("slots", MapType.ProgramArray, 4, 4, 16));
    private readonly BpfMap _control = BpfMap.Create(new("control", MapType.Array, 4, 8, 1));
    private readonly BpfProgram _accept = Programs.Constant(1).Load();
    private readonly BpfProgram _drop = Programs.Constant(0).Load();

    [Fact]
    public void A_slot_decides_and_an_empty_slot_falls_through()
    {
        using BpfProgram caller = Programs.Netfilter(a => TailCall(a, () => a.Move(Register.R3, 2))).Load(_slots);
        Assert.Equal(1u, Verdict(caller));
        _slots.SetProgram(2, _drop);
        Assert.Equal(0u, Verdict(caller));
        _slots.SetProgram(2, _accept);
        Assert.Equal(1u, Verdict(caller));
        _slots.SetProgram(2, _drop);
        _slots.Delete([2, 0, 0, 0]);
        Assert.Equal(1u, Verdict(caller));
    }

    [Fact]
    public void One_write_changes_the_slot_that_is_called()
    {
        using BpfProgram caller = Programs.Netfilter(a => TailCall(a, () => LoadIndex(a))).Load(_slots, _control);
        _slots.SetProgram(0, _accept);
        _slots.SetProgram(1, _drop);
        Assert.Equal(1u, Verdict(caller));
        _control.Update(new byte[4], [1, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(0u, Verdict(caller));
    }

    /// <summary>A constant index becomes a direct jump; the figures are for people, the machine's load makes them unfit to test.</summary>
    [Fact]
    public void The_cost_of_a_tail_call_is_measured()
    {
        _slots.SetProgram(0, _drop);
        using BpfProgram constant = Programs.Netfilter(a => TailCall(a, () => a.Move(Register.R3, 0))).Load(_slots);
        using BpfProgram dynamic = Programs.Netfilter(a => TailCall(a, () => LoadIndex(a))).Load(_slots, _control);
        Assert.Equal((0u, 0u), (Verdict(constant), Verdict(dynamic)));
        output.WriteLine($"ns per run: no tail call {Cost(_drop)}, constant index {Cost(constant)}, index from a map {Cost(dynamic)}");
    }

    public void Dispose()
    {
        _slots.Dispose();
        _control.Dispose();
        _accept.Dispose();
        _drop.Dispose();
    }

    private static void TailCall(Assembler a, Action loadIndex)
    {
        loadIndex();
        a.LoadMap(Register.R2, "slots");
        a.Call(Helper.TailCall);
        a.Return(1);
    }

    private static void LoadIndex(Assembler a)
    {
        a.LoadMapValue(Register.R3, "control");
        a.Load(MemorySize.DoubleWord, Register.R3, Register.R3, 0);
        a.Alu(AluOperation.And, Register.R3, 15);
    }

    private static uint Verdict(BpfProgram program) => program.TestRun(Family.IPv4, Hook.LocalIn, new byte[64]).Result;

    private static uint Cost(BpfProgram program) =>
        Enumerable.Range(0, 5).Min(_ => program.TestRun(Family.IPv4, Hook.LocalIn, new byte[64], 500_000).Nanoseconds);
}
