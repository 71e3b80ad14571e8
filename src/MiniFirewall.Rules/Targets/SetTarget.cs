using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j SET: puts parts of the packet into a set, or takes them out, and goes on with the next rule (net/netfilter/xt_set.c).</summary>
/// <param name="Added">Null where nothing is put in.</param>
/// <param name="Removed">Null where nothing is taken out.</param>
/// <param name="Renews">An element that is there already gets its time anew.</param>
/// <param name="Timeout">Seconds that the element stays; null for what the set says.</param>
public sealed record SetTarget(SetReference? Added, SetReference? Removed, bool Renews, uint? Timeout) : Target
{
    private const string MapReason = "it is for the mangle table only, since it changes the packet";

    public static TargetGrammar Grammar { get; } = new("SET", new SetTarget(null, null, false, null))
    {
        OneOf = ["add-set", "del-set"],
        Options =
        [
            new OptionSpec(["add-set"], 2, (state, use) => SetReference.Read(use) is { } set ? (SetTarget)state with { Added = set } : null),
            new OptionSpec(["del-set"], 2, (state, use) => SetReference.Read(use) is { } set ? (SetTarget)state with { Removed = set } : null),
            Option<SetTarget>.Flag(["exist"], (t, _) => t with { Renews = true }, needs: ["add-set"]),
            Option<SetTarget>.Value(["timeout"], NumberReaders.Number("number of seconds", 0, uint.MaxValue - 1), (t, seconds, _) => t with { Timeout = seconds }, needs: ["add-set"]),
            Option<SetTarget>.Unsupported(["map-set"], 2, MapReason),
            Option<SetTarget>.Unsupported(["map-mark"], 0, MapReason),
            Option<SetTarget>.Unsupported(["map-prio"], 0, MapReason),
            Option<SetTarget>.Unsupported(["map-queue"], 0, MapReason),
        ],
    };

    public override string Name => "SET";

    /// <summary>The sets that packets change by it.</summary>
    public IEnumerable<SetReference> Changed => new[] { Added, Removed }.OfType<SetReference>();

    public override FamilySet Families => (Added?.Set.Families ?? FamilySet.Both) & (Removed?.Set.Families ?? FamilySet.Both);

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-j").Word("SET"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer, "");

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    /// <summary>Too few directions, or a set of the other family: nothing is changed (ip_set_core.c, ip_set_add, ip_set_del).</summary>
    public override void LowerEffect(Family family, ImmutableArray<Step>.Builder steps)
    {
        Add(Added, new(default!, SetSides.None) { Renews = Renews, Seconds = Timeout }, family, steps);
        Add(Removed, new(default!, SetSides.None) { Removes = true }, family, steps);
    }

    private static void Add(SetReference? reference, DynamicSetChange change, Family family, ImmutableArray<Step>.Builder steps)
    {
        if (reference is not null && reference.IsWhole && reference.Set.Families.Has(family))
        {
            steps.Add(new Require(new QuestionTest(change with { Set = reference.Set.Dynamic, Sources = reference.Sides })));
        }
    }

    private void Write(RuleTextWriter writer, string dashes)
    {
        if (Added is { } added)
        {
            writer.Word(dashes + "add-set").Word(added.Set.Name).Word(added.Directions);
            if (Renews)
            {
                writer.Word(dashes + "exist");
            }

            if (Timeout is { } seconds)
            {
                writer.Word(dashes + "timeout").Word($"{seconds}");
            }
        }

        if (Removed is { } removed)
        {
            writer.Word(dashes + "del-set").Word(removed.Set.Name).Word(removed.Directions);
        }
    }
}
