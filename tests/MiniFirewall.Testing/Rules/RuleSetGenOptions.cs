using System.Collections.Immutable;

namespace MiniFirewall.Testing.Rules;

/// <summary>How generated rule sets look.</summary>
public sealed record RuleSetGenOptions
{
    public static RuleSetGenOptions Default { get; } = new();

    /// <summary>Interface names that rules test for; prefixes of them with '+' too.</summary>
    public ImmutableArray<string> Interfaces { get; init; } = ["lo", "eth0", "eth1", "wan0"];

    /// <summary>How many rules a set has at most.</summary>
    public int MaxRules { get; init; } = 40;

    /// <summary>Rules may say LOG.</summary>
    public bool Log { get; init; } = true;

    /// <summary>Rules may change marks.</summary>
    public bool Marks { get; init; } = true;

    /// <summary>Rules may look into sets, which <see cref="GeneratedRules.Sets"/> makes.</summary>
    public bool Sets { get; init; } = true;

    /// <summary>Rules may ask what no field answers; each different question is a function of the programs.</summary>
    public bool Questions { get; init; } = true;
}
