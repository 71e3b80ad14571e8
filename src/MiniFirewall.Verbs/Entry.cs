using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>One line of "status numbered": what one verb has made, or one rule that no verb makes.</summary>
/// <param name="Number">From 1, over incoming, outgoing and routed entries in this order.</param>
/// <param name="First">Index of its first rule in its chain, from 0.</param>
/// <param name="Id">"r" and eight hexadecimal digits that the rules' text makes; of equal entries of a chain the second has ".2" behind it, and so on.</param>
/// <param name="Intent">What a verb would be told to make it; null for a rule that no verb makes.</param>
/// <param name="Families">The families it holds for.</param>
public sealed record Entry(int Number, Direction Direction, int First, ImmutableArray<Rule> Rules, string Id, Intent? Intent, FamilySet Families)
{
    /// <summary>Of the rules, such as "allow in 22/tcp", or the rule itself where no verb says it.</summary>
    public string Text => Intent is null ? Rules[0].ToString() : IntentText.Of(Intent);

    /// <summary>Index behind its last rule.</summary>
    public int End => First + Rules.Length;
}
