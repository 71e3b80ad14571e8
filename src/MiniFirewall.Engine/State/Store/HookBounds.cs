using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>Rules that cannot stand wherever packets of just any hook come: which hooks these are only the whole rule set says.</summary>
internal static class HookBounds
{
    private static readonly Hook[] s_hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];

    internal static bool Has(Rule rule) =>
        Array.Exists(s_hooks, hook => rule.Target.RefusalAt(hook) is not null || rule.Matches.Any(match => match.RefusalAt(hook) is not null));
}
