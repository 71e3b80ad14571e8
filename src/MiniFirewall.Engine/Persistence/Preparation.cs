namespace MiniFirewall.Engine.Persistence;

/// <summary>A rule set that is being written while others compile it; disposing of it waits for the end.</summary>
/// <param name="finished">Is told once, on the thread that asks for the end.</param>
internal sealed class Preparation(Task<KeptRules> writing, Action finished) : IDisposable
{
    private bool _isFinished;

    /// <summary>Waits until the rule set is on disk; throws what has kept it from there.</summary>
    internal KeptRules Finish()
    {
        KeptRules rules = writing.GetAwaiter().GetResult();
        if (!_isFinished)
        {
            _isFinished = true;
            finished();
        }

        return rules;
    }

    /// <summary>Whoever is in need of what it throws has asked for it.</summary>
    public void Dispose() => ((IAsyncResult)writing).AsyncWaitHandle.WaitOne();
}
