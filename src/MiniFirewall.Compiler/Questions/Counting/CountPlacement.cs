using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions.Counting;

/// <summary>Numbers the statements of one family that count connections; their addresses share a map, whose lists have room for the highest limit.</summary>
internal sealed class CountPlacement
{
    private readonly Dictionary<(string Block, int Statement, int Step), int> _numbers = [];
    private readonly int _slots;

    private CountPlacement(int slots) => _slots = slots;

    /// <summary>What the statements remember, nothing yet.</summary>
    internal ImmutableArray<MapImage> Maps => _slots == 0 ? [] : [.. CountLayout.Maps(_slots)];

    /// <summary>How many have been numbered.</summary>
    internal int Statements => _numbers.Count;

    internal static CountPlacement Of(ImmutableArray<AskedQuestion> asked, CompileOptions options)
    {
        int connections = ConnectionTable.PlacesOf(options.ConnectionBuckets);
        return new(asked.Select(one => one.Question).OfType<ConnectionsAbove>().Select(question => CountLayout.SlotsFor(question.Limit, connections)).DefaultIfEmpty().Max());
    }

    internal ConnectionsAbove Place(ConnectionsAbove question, (string Block, int Statement, int Step) at)
    {
        if (!_numbers.TryGetValue(at, out int number))
        {
            number = _numbers.Count;
            _numbers.Add(at, number);
        }

        return question with { Number = number, Slots = _slots };
    }
}
