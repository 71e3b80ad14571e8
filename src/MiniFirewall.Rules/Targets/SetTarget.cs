using MiniFirewall.Packets;
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
public sealed record SetTarget(SetReference? Added, SetReference? Removed, bool Renews, uint? Timeout) : LackingTarget
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

    public override string Lack => "needs sets that packets change, which miniFirewall does not have yet";

    public override FamilySet Families => (Added?.Set.Families ?? FamilySet.Both) & (Removed?.Set.Families ?? FamilySet.Both);

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-j").Word("SET"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer, "");

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
