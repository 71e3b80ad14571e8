using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Testing.Large;

/// <summary>The rules that a packet has to meet, from a built-in chain on, to come to a given rule.</summary>
internal sealed class ChainPaths
{
    private const int MostCallers = 16;
    private readonly List<(Chain Chain, Rule Rule)> _rules = [];
    private readonly Dictionary<string, List<(Chain Chain, Rule Rule)>> _callers = [];

    internal ChainPaths(RuleSet rules, Family family, Hook hook)
    {
        Dictionary<string, Chain> byName = rules.Chains.ToDictionary(chain => chain.Name);
        var reached = new Queue<Chain>([rules.Chains.First(chain => chain.Hook == hook)]);
        var seen = new HashSet<string>();
        while (reached.TryDequeue(out Chain? chain))
        {
            foreach (Rule rule in chain.Rules.Where(rule => rule.Families.Has(family)))
            {
                _rules.Add((chain, rule));
                if (rule.Target is JumpTarget jump)
                {
                    AddCaller(jump.Chain, chain, rule);
                    if (seen.Add(jump.Chain))
                    {
                        reached.Enqueue(byName[jump.Chain]);
                    }
                }
            }
        }
    }

    /// <summary>How many rules can be come to.</summary>
    internal int Count => _rules.Count;

    /// <summary>The rules to meet for the one of that number, that one last.</summary>
    internal Rule[] To(int number, Random random)
    {
        (Chain chain, Rule rule) = _rules[number];
        var path = new Stack<Rule>([rule]);
        while (!chain.IsBuiltIn)
        {
            List<(Chain, Rule)> callers = _callers[chain.Name];
            (chain, Rule caller) = callers[random.Next(callers.Count)];
            path.Push(caller);
        }

        return [.. path];
    }

    private void AddCaller(string chain, Chain from, Rule rule)
    {
        if (!_callers.TryGetValue(chain, out List<(Chain, Rule)>? callers))
        {
            _callers.Add(chain, callers = []);
        }

        if (callers.Count < MostCallers)
        {
            callers.Add((from, rule));
        }
    }
}
