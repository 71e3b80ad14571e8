using System.Collections.Immutable;

namespace MiniFirewall.Verification;

/// <summary>What was looked at.</summary>
/// <param name="Statements">Statements whose entries mean what they mean, with their outcomes.</param>
/// <param name="Entries">Entries that look-ups can come by, both views.</param>
/// <param name="Tuples">Tuples that a chain asks, both views.</param>
/// <param name="Regions">Slots and leaves of trees, each the region of the packets that come there.</param>
public sealed record VerificationTally(int Chains, int Statements, int Entries, int Tuples, long Regions);

/// <summary>The result of <see cref="ImageVerifier.Verify"/>.</summary>
/// <param name="Findings">At most <see cref="Findings.Kept"/> of them.</param>
/// <param name="FindingCount">How many there are in all.</param>
public sealed record VerificationReport(VerificationTally Tally, ImmutableArray<Finding> Findings, int FindingCount)
{
    /// <summary>Every packet gets from the image the first match of the list.</summary>
    public bool IsProved => FindingCount == 0;
}
