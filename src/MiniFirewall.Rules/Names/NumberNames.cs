using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Names;

/// <summary>Names of numbers, as a file of the machine gives them. Immutable.</summary>
internal sealed class NumberNames
{
    private readonly Lazy<Dictionary<string, uint>> _numbers;
    private readonly Lazy<Dictionary<uint, string>> _names;

    /// <param name="lines">The file's lines, as name and number; read when first asked for.</param>
    private NumberNames(Func<IEnumerable<(string Name, uint Number)>> lines)
    {
        _numbers = new(() => lines().DistinctBy(line => line.Name).ToDictionary(line => line.Name, line => line.Number));
        _names = new(() => lines().DistinctBy(line => line.Number).ToDictionary(line => line.Number, line => line.Name));
    }

    internal static NumberNames None { get; } = new(() => []);

    internal IEnumerable<string> Names => _numbers.Value.Keys;

    /// <summary>passwd(5) or group(5): the name, and the number in the third place; lines that make no sense are passed over.</summary>
    internal static NumberNames OfAccounts(Func<string> text) => new(() => text().Split('\n').Select(line => line.Split(':'))
        .Where(parts => parts.Length > 2 && uint.TryParse(parts[2], out _))
        .Select(parts => (parts[0], uint.Parse(parts[2]))));

    /// <summary>A file of iproute2: a number, decimal or 0x, and a name; lines that make no sense are passed over.</summary>
    internal static NumberNames OfRouting(Func<string> text) => new(() => text().Split('\n')
        .Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length >= 2 && NumberText.TryParse(words[0], out ulong number) && number <= uint.MaxValue)
        .Select(words => (words[1], NumberText.TryParse(words[0], out ulong number) ? (uint)number : 0)));

    internal bool TryGet(string name, out uint number) => _numbers.Value.TryGetValue(name, out number);

    /// <summary>The first name of a number, or null.</summary>
    internal string? NameOf(uint number) => _names.Value.GetValueOrDefault(number);
}
