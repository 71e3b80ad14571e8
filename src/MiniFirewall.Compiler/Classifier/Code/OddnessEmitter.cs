using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>Emits the question whether a packet is odd (<see cref="OddTests"/>).</summary>
internal sealed class OddnessEmitter(Assembler code, Family family, List<OddTest>? tests)
{
    private readonly ConditionEmitter _conditions = new(code, family);

    /// <summary>R6 is the key. Goes to <paramref name="odd"/>, or falls through for ordinary packets. Loses R0 to R5.</summary>
    internal void Emit(Label odd)
    {
        if (tests is null)
        {
            code.Jump(odd);
            return;
        }

        code.Load(MemorySize.Half, Register.R1, Frame.Key, PacketKey.FragmentOffset);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, odd);
        if (family == Family.IPv6)
        {
            code.Load(MemorySize.Byte, Register.R1, Frame.Key, PacketKey.ChainBroken);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, odd);
        }

        Label ordinary = code.DefineLabel("ordinary");
        foreach (IGrouping<byte?, OddTest> group in tests.GroupBy(test => test.Protocol))
        {
            EmitGroup(group.Key, group, odd, ordinary);
        }

        code.Mark(ordinary);
    }

    /// <summary>Groups without a protocol come first: one with it is the last that its packets go through.</summary>
    private void EmitGroup(byte? protocol, IEnumerable<OddTest> group, Label odd, Label ordinary)
    {
        Label next = code.DefineLabel("another protocol");
        if (protocol is { } number)
        {
            code.Load(MemorySize.Byte, Register.R1, Frame.Key, PacketKey.Protocol);
            code.Jump(JumpCondition.NotEqual, Register.R1, number, next);
        }

        BlockPlace place = BlockPlace.InMain(code.Exit);
        foreach (OddTest test in group)
        {
            _conditions.EmitMiss(test.Condition, place);
            code.Jump(JumpCondition.Equal, Register.R1, 0, odd);
        }

        if (protocol is not null)
        {
            code.Jump(ordinary);
        }

        code.Mark(next);
    }
}
