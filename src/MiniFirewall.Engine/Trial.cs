namespace MiniFirewall.Engine;

/// <summary>Why a rule set is on trial.</summary>
public enum TrialKind
{
    /// <summary>It is taken back where nobody confirms it.</summary>
    Confirm = 1,

    /// <summary>It is for some time only.</summary>
    Temporary = 2,
}

/// <summary>A rule set is to be in force for so long, unless somebody confirms it.</summary>
public sealed record TrialRequest(TimeSpan Time, TrialKind Kind);

/// <summary>The rule set in force is on trial.</summary>
/// <param name="Left">After that the rule set before is in force again.</param>
/// <param name="BackTo">The generation before; 0 for none.</param>
public sealed record RunningTrial(TrialKind Kind, TimeSpan Left, ulong BackTo);
