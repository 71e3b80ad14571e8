using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>Rules that cannot stand wherever packets of just any hook come: which hooks these are only the whole rule set says.</summary>
internal static class HookBounds
{
    private static readonly Hook[] s_hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];

    /// <param name="hook">That of the built-in chain which the rule is for: no other hook's packets come to it; null for a user chain.</param>
    internal static bool Has(Rule rule, Hook? hook = null) => hook is { } only ? IsRefusedAt(rule, only) : Array.Exists(s_hooks, any => IsRefusedAt(rule, any));

    private static bool IsRefusedAt(Rule rule, Hook hook) => rule.Target.RefusalAt(hook) is not null || rule.Matches.Any(match => match.RefusalAt(hook) is not null);
}
