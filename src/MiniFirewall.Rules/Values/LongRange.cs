namespace MiniFirewall.Rules.Values;

/// <summary>An inclusive range of 64-bit numbers: times, packets, bytes.</summary>
public readonly record struct LongRange(ulong Low, ulong High)
{
    public bool Contains(ulong number) => number >= Low && number <= High;

    /// <summary>"LOW", or "LOW:HIGH" where they differ.</summary>
    public override string ToString() => Low == High ? $"{Low}" : $"{Low}:{High}";
}
