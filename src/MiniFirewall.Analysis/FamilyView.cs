using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>A chain with the rules of one family only; a rule's number is its index plus one.</summary>
internal sealed record ChainView(string Name, Rule[] Rules, Verdict Policy);

/// <summary>A rule set as one family sees it: what iptables (or ip6tables) would list.</summary>
internal sealed class FamilyView
{
    private readonly Dictionary<string, ChainView> _byName = [];
    private readonly Dictionary<Hook, ChainView> _byHook = [];

    internal FamilyView(RuleSet rules, Family family)
    {
        foreach (Chain chain in rules.Chains.Where(c => c.Families.Has(family)))
        {
            var view = new ChainView(
                chain.Name, [.. chain.Rules.Where(r => r.Families.Has(family))], chain.PolicyOf(family).Verdict);
            _byName.Add(chain.Name, view);
            if (chain.Hook is { } hook)
            {
                _byHook.Add(hook, view);
            }
        }
    }

    internal ChainView Of(string name) => _byName[name];

    internal ChainView Of(Hook hook) => _byHook[hook];
}
