using MiniFirewall.Policy;

namespace MiniFirewall.Verification;

/// <summary>Something in an image that is wrong, or that could not be proved right.</summary>
/// <param name="Chain">The chain's name; empty where it concerns the whole image.</param>
/// <param name="Statement">Where the statement came from; <see cref="Origin.None"/> where it concerns none.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Where">The place in the image.</param>
public sealed record Finding(string Chain, Origin Statement, string Problem, string Where)
{
    public override string ToString()
    {
        string chain = Chain.Length > 0 ? $"chain {Chain}: " : "";
        string statement = Statement.Place.Length > 0 ? $"{Statement.Place}: {Statement.Text}: " : "";
        string where = Where.Length > 0 ? $" ({Where})" : "";
        return $"{statement}{chain}{Problem}{where}";
    }
}
