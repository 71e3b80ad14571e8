using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Testing.Large;

/// <summary>Names hN-COUNT.test: host N has COUNT IPv4 and COUNT IPv6 addresses, spread over the whole of them.</summary>
internal sealed class MadeUpHosts : INameResolver
{
    internal static MadeUpHosts Instance { get; } = new();

    private MadeUpHosts()
    {
    }

    internal static string Name(int number, int addresses) => $"h{number}-{addresses}.test";

    public NameAddresses? Resolve(string name)
    {
        if (!name.EndsWith(".test", StringComparison.Ordinal))
        {
            return null;
        }

        int[] parts = [.. name[1..^5].Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        var random = new Random(parts[0]);
        ImmutableArray<uint> v4 = [.. Enumerable.Range(0, parts[1]).Select(_ => (uint)random.NextInt64(1L << 32))];
        return new([.. v4.Select(a => (UInt128)a)], [.. v4.Select(a => ((UInt128)0x2001_0db8 << 96) | a)]);
    }
}
