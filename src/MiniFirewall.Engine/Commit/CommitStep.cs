namespace MiniFirewall.Engine.Commit;

/// <summary>One step of a commit; a writer may be killed before, in or after any of them.</summary>
internal sealed record CommitStep(string Name, Action Run)
{
    /// <summary>The name of the one step that puts a new generation in force.</summary>
    internal const string Switch = "switch";
}
