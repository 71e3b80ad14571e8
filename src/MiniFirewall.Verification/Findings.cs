using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Verification;

/// <summary>Gathers findings; counts all, keeps the first.</summary>
internal sealed class Findings
{
    internal const int Kept = 50;

    private readonly ImmutableArray<Finding>.Builder _kept = ImmutableArray.CreateBuilder<Finding>();

    internal int Count { get; private set; }

    internal ImmutableArray<Finding> First => _kept.ToImmutable();

    /// <summary>False where one more would only be counted, so that its text need not be made.</summary>
    internal bool HasRoom => _kept.Count < Kept;

    internal void Add(string problem, string where) => Add("", Origin.None, problem, where);

    internal void Add(string chain, Origin statement, string problem, string where)
    {
        Count++;
        if (HasRoom)
        {
            _kept.Add(new(chain, statement, problem, where));
        }
    }
}
