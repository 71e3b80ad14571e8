namespace MiniFirewall.Rules.Values;

/// <summary>A value that an option asks for, or asks against.</summary>
public sealed record Asked<T>(T Value, bool Negated)
    where T : notnull;
