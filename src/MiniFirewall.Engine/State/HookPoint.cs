using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State;

/// <summary>One hook of one family: what a program is attached to.</summary>
public readonly record struct HookPoint(Hook Hook, Family Family)
{
    /// <summary>All hook points that a rule set has programs for.</summary>
    public static ImmutableArray<HookPoint> All { get; } =
        [.. DispatcherCompiler.Hooks.SelectMany(_ => DispatcherCompiler.Families, (hook, family) => new HookPoint(hook, family))];

    /// <summary>Such as "in4"; part of the names of pins.</summary>
    public override string ToString() => Hook switch
    {
        Hook.LocalIn => "in",
        Hook.Forward => "forward",
        Hook.LocalOut => "out",
        _ => throw new InvalidOperationException($"no programs at {Hook}"),
    } + (Family == Family.IPv4 ? "4" : "6");
}
