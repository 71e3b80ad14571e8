using MiniFirewall.Engine.Commit;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine;

/// <summary>What <see cref="FirewallEngine.Apply(RuleSet, ApplyOptions?)"/> is told beside the rules.</summary>
public sealed record ApplyOptions
{
    /// <summary>Only compiles the rules and lets the verifier judge them; nothing changes, and no lock is taken.</summary>
    public bool CheckOnly { get; init; }

    /// <summary>
    /// Where given, the classifier images are proved before anything changes, and what was proved is told here, each family
    /// by itself, in any order, on any thread. An image that is not proved is a <see cref="UnprovedImageException"/>.
    /// </summary>
    public Action<ImageProof>? OnProof { get; init; }

    /// <summary>
    /// How long name servers are waited for, all host names together; zero for not at all, null for what the settings of names say. What
    /// is known of a name already is not asked again before its time.
    /// </summary>
    public TimeSpan? NameWait { get; init; }

    /// <summary>
    /// The rules are for some time, or until <see cref="FirewallEngine.Confirm"/>; then those before are in force again, whatever has happened
    /// to any process. Where a trial is running, its time begins anew, and it goes back to the rules that it went back to before.
    /// </summary>
    public TrialRequest? Trial { get; init; }

    /// <summary>How long to wait while another process changes the rules; null for ever.</summary>
    public TimeSpan? LockTimeout { get; init; }

    /// <summary>Is called when all is made and nothing has changed yet; where it throws, nothing does.</summary>
    internal Action? BeforeChange { get; init; }

    /// <summary>What is compiled is to be had here; null where nobody wants it.</summary>
    internal FormExchange? Forms { get; init; }
}
