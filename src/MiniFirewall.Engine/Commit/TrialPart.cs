namespace MiniFirewall.Engine.Commit;

/// <summary>What a commit is to a trial. The generation that a trial goes back to is to be found as it was left.</summary>
internal enum TrialPart
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The generation in force is the one to go back to.</summary>
    Begins,

    /// <summary>The generation in force is on trial already.</summary>
    GoesOn,
}
