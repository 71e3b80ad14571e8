using System.Collections.Immutable;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>The reference meaning of an INPUT chain whose rules ask and change sets and nothing else, one packet after another.</summary>
internal sealed class DynamicSetInterpreter
{
    private readonly PacketProgram _program;
    private readonly Dictionary<string, DynamicSetTable> _tables;
    private readonly ImmutableArray<NamedSet> _sets;

    internal DynamicSetInterpreter(RuleSet rules, CounterBook book, Family family, KernelClock clock)
    {
        _program = RuleSetLowering.Lower(rules, Hook.LocalIn, family, book);
        _sets = rules.Sets;
        _tables = rules.Sets.ToDictionary(set => set.Name, set => new DynamicSetTable(set.Dynamic, set.Contents, clock));
    }

    /// <summary>The counters that the packet adds to, the policy's included.</summary>
    internal IEnumerable<int> Meet(Packet packet)
    {
        var counted = new SortedSet<int> { _program.DefaultCounter };
        foreach (Statement statement in _program.Blocks[0].Statements)
        {
            if (statement.Steps.All(step => Holds(((Require)step).Condition, packet)))
            {
                counted.Add(statement.Counter);
            }
        }

        return counted;
    }

    private bool Holds(Condition condition, Packet packet)
    {
        switch (condition)
        {
            case QuestionTest { Question: DynamicSetTest test } asked:
                return _tables[test.Set.Name].Ask(test, packet) != asked.Negated;
            case QuestionTest { Question: DynamicSetChange change }:
                _tables[change.Set.Name].Change(change, packet);
                return true;
            case SetTest plain:
                return IsIn(plain, packet) != plain.Negated;
            case RangeTest { Ranges.IsEmpty: true } never:
                return never.Negated;
            default:
                throw new NotSupportedException($"{condition}");
        }
    }

    private bool IsIn(SetTest test, Packet packet)
    {
        NamedSet set = _sets[test.Set];
        SetSides sides = SetSides.None;
        bool isFirst = true;
        foreach (Field field in test.Dimensions)
        {
            sides |= field switch
            {
                Field.Source => isFirst ? SetSides.First : SetSides.Second,
                Field.SourcePort => SetSides.Port,
                _ => SetSides.None,
            };
            isFirst &= field is not (Field.Source or Field.Destination);
        }

        return PacketElement.Of(packet, set.Type.Shape, sides) is { } element && set.Holds(element, test.WantsNoMatch);
    }
}
