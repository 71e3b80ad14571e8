using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Lowering;

/// <summary>Gives every rule and policy the index of its (packets, bytes) pair; a rule of both families has one in each.</summary>
public interface ICounterIndexes
{
    int OfRule(Chain chain, Rule rule, Family family);

    int OfPolicy(Chain chain, Family family);
}

/// <summary>Turns a checked rule set into packet programs, one a hook and family.</summary>
public static class RuleSetLowering
{
    /// <summary>
    /// The program of one hook and family: the chains that can be reached from the hook's built-in chain, each once,
    /// with the rules that hold for the family. Block 0 is the built-in chain.
    /// </summary>
    public static PacketProgram Lower(RuleSet rules, Hook hook, Family family, ICounterIndexes counters)
    {
        rules.MarkChangedSets();
        var context = new LoweringContext(LiveNames.Of(rules), rules.ChangesMarksOf(family));
        Dictionary<string, Chain> byName = rules.Chains.ToDictionary(chain => chain.Name);
        Chain entry = rules.Chains.First(chain => chain.Hook == hook);
        List<Chain> reached = [entry];
        Dictionary<string, int> blocks = new() { [entry.Name] = 0 };
        ImmutableArray<Block>.Builder lowered = ImmutableArray.CreateBuilder<Block>();

        // The list grows while it is walked: a chain is reached by a rule of one before it.
        for (int i = 0; i < reached.Count; i++)
        {
            Chain chain = reached[i];
            lowered.Add(new Block(chain.Name, LowerRules(chain, family, context, counters, BlockOf)));
        }

        return new PacketProgram(family, hook, lowered.ToImmutable(), 0, entry.PolicyOf(family).Verdict, counters.OfPolicy(entry, family)) { ChangesMarks = context.ChangesMarks };

        int BlockOf(string name)
        {
            if (!blocks.TryGetValue(name, out int block))
            {
                block = reached.Count;
                blocks.Add(name, block);
                reached.Add(byName[name]);
            }

            return block;
        }
    }

    /// <summary>
    /// The statement of one rule, which names no live host; its questions may still need to be told what a whole program's compiler
    /// tells them.
    /// </summary>
    /// <param name="chain">The name of the rule's chain.</param>
    /// <param name="rule">One whose target does the same with all packets (<see cref="Target.Parts"/> is empty): others are several statements.</param>
    /// <param name="counter">The rule's counter.</param>
    /// <param name="changesMarks">As <see cref="PacketProgram.ChangesMarks"/>.</param>
    /// <param name="blockOf">Gives the number of the chain that the rule leads to.</param>
    public static Statement Lower(string chain, Rule rule, Family family, int counter, bool changesMarks, Func<string, int> blockOf) =>
        LowerRule(chain, rule, family, new LoweringContext(LiveNames.None, changesMarks), counter, blockOf, ImmutableArray.CreateBuilder<Step>());

    /// <summary>The statements of any such rule, also of one whose target does different things with different packets.</summary>
    public static IEnumerable<Statement> LowerAll(string chain, Rule rule, Family family, int counter, bool changesMarks, Func<string, int> blockOf)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Target.Parts.IsEmpty
            ? [Lower(chain, rule, family, counter, changesMarks, blockOf)]
            : rule.Target.Parts.Select(part => LowerPart(chain, rule, part, family, new LoweringContext(LiveNames.None, changesMarks), counter));
    }

    private static ImmutableArray<Statement> LowerRules(Chain chain, Family family, LoweringContext context, ICounterIndexes counters, Func<string, int> blockOf)
    {
        var statements = ImmutableArray.CreateBuilder<Statement>(chain.Rules.Length);
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (Rule rule in chain.Rules)
        {
            if (rule.Families.Has(family))
            {
                int counter = counters.OfRule(chain, rule, family);
                if (rule.Target.Parts is { IsEmpty: false } parts)
                {
                    statements.AddRange(parts.Select(part => LowerPart(chain.Name, rule, part, family, context, counter)));
                    continue;
                }

                steps.Clear();
                statements.Add(LowerRule(chain.Name, rule, family, context, counter, blockOf, steps));
            }
        }

        return statements.DrainToImmutable();
    }

    private static Statement LowerRule(
        string chain, Rule rule, Family family, LoweringContext context, int counter, Func<string, int> blockOf, ImmutableArray<Step>.Builder steps)
    {
        HeaderLowering.Lower(rule, family, context.Names, steps);
        LowerMatches(rule, family, context, steps);
        rule.Target.LowerEffect(family, steps);
        return new Statement(steps.ToImmutable(), counter, rule.Target.Emits, rule.Target.Lower(blockOf), new Origin(new RuleOrigin(chain, rule)));
    }

    /// <summary>The kind comes before the matches, so that these are asked once of a packet, whatever they remember.</summary>
    private static Statement LowerPart(string chain, Rule rule, TargetPart part, Family family, LoweringContext context, int counter)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        HeaderLowering.Lower(rule, family, context.Names, steps);
        steps.AddRange(part.Kind);
        LowerMatches(rule, family, context, steps);
        Target.LowerChange(part.Change, steps);
        return new Statement(steps.ToImmutable(), counter, rule.Target.Emits, part.Outcome, new Origin(new RuleOrigin(chain, rule)));
    }

    private static void LowerMatches(Rule rule, Family family, LoweringContext context, ImmutableArray<Step>.Builder steps)
    {
        foreach (Match match in rule.Matches)
        {
            match.Lower(family, steps);
        }

        if (context.ChangesMarks)
        {
            ChangingMarks.Ask(steps);
        }
    }
}
