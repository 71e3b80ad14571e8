using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>Hooks as a set: a bit each, as Netfilter numbers them. Rules may be such that packets of some hooks must not meet them.</summary>
internal static class HookBounds
{
    /// <summary>All hooks that packets come to rules from.</summary>
    internal const byte All = (1 << (int)Hook.LocalIn) | (1 << (int)Hook.Forward) | (1 << (int)Hook.LocalOut);

    private static readonly Hook[] s_hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];

    internal static byte Of(Hook hook) => (byte)(1 << (int)hook);

    /// <summary>The hooks whose packets must not meet a rule.</summary>
    internal static byte RefusedBy(Rule rule)
    {
        byte refused = 0;
        foreach (Hook hook in s_hooks)
        {
            refused |= IsRefusedAt(rule, hook) ? Of(hook) : (byte)0;
        }

        return refused;
    }

    private static bool IsRefusedAt(Rule rule, Hook hook) => rule.Target.RefusalAt(hook) is not null || rule.Matches.Any(match => match.RefusalAt(hook) is not null);
}
