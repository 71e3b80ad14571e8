namespace MiniFirewall.Rules.Values;

/// <summary>An inclusive range of small numbers: ports, lengths, codes.</summary>
public readonly record struct NumberRange(ushort Low, ushort High)
{
    /// <summary>All 16-bit numbers.</summary>
    public static NumberRange All => new(0, ushort.MaxValue);

    public bool Contains(int number) => number >= Low && number <= High;

    /// <summary>"LOW", or "LOW:HIGH" where they differ.</summary>
    public override string ToString() => Low == High ? $"{Low}" : $"{Low}:{High}";
}
