using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Running;

/// <summary>
/// Which packets are odd: later fragments, those with a broken chain of headers, and those for which some statement's "drop
/// when" holds, of whatever protocol the statement requires before it.
/// </summary>
internal sealed class Oddness(ImmutableArray<PacketProgram> programs)
{
    private readonly ImmutableArray<(ImmutableArray<Condition> Protocols, Condition Drop)> _drops = [.. Drops(programs)];

    internal bool IsOdd(KeyBytes key, Family family)
    {
        if (key.Field(KeyVariables.SlotOf(Field.FragmentOffset, family)) != 0 || key.Field(KeyVariables.SlotOf(Field.ChainBroken, family)) != 0)
        {
            return true;
        }

        foreach ((ImmutableArray<Condition> protocols, Condition drop) in _drops)
        {
            if (Conditions.Hold(protocols, key, family) && Conditions.Holds(drop, key, family))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(ImmutableArray<Condition> Protocols, Condition Drop)> Drops(ImmutableArray<PacketProgram> programs)
    {
        foreach (Statement statement in programs.SelectMany(program => program.Blocks).SelectMany(block => block.Statements))
        {
            ImmutableArray<Condition> protocols = [];
            foreach (Step step in statement.Early)
            {
                if (step is DropWhen drop)
                {
                    yield return (protocols, drop.Condition);
                }
                else if (step is Require { Condition: FieldTest { Field: Field.Protocol } test })
                {
                    protocols = protocols.Add(test);
                }
            }
        }
    }
}
