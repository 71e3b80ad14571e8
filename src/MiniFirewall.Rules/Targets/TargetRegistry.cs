using System.Collections.Frozen;
using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Targets;

/// <summary>The one list of targets that -j takes, chains apart.</summary>
public static class TargetRegistry
{
    public static ImmutableArray<TargetGrammar> All { get; } =
    [
        new TargetGrammar("ACCEPT", new VerdictTarget(Verdict.Accept)),
        new TargetGrammar("DROP", new VerdictTarget(Verdict.Drop)),
        new TargetGrammar("RETURN", ReturnTarget.Instance),
        LogTarget.Grammar,
        RejectTarget.Grammar,
        NflogTarget.Grammar,
        NfqueueTarget.Grammar,
        new TargetGrammar("QUEUE", QueueTarget.Instance),
        MarkTarget.Grammar,
        ConnmarkTarget.Grammar,
        HmarkTarget.Grammar,
        SetTarget.Grammar,
        TcpmssTarget.Grammar,
        SynproxyTarget.Grammar,
        ClassifyTarget.Grammar,
        TeeTarget.Grammar,
        AuditTarget.Grammar,
        IdletimerTarget.Grammar,
        LedTarget.Grammar,
        RateestTarget.Grammar,
    ];

    private static readonly FrozenDictionary<string, TargetGrammar> ByName = All.ToFrozenDictionary(grammar => grammar.Name);

    internal static IEnumerable<string> Names => All.Select(grammar => grammar.Name);

    internal static TargetGrammar? Find(string name) => ByName.GetValueOrDefault(name);
}
