using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Persistence;

/// <summary>Puts a whole rule set in force as a command's options say: on disk too, or for some time only.</summary>
internal sealed class RuleSetChange(FirewallEngine engine, ChangeRequest request)
{
    private readonly PersistentRules _kept = PersistentRules.Of(engine);

    /// <param name="how">The command, for the history.</param>
    internal void Apply(RuleSet rules, string how, ApplyOptions options)
    {
        if (request.Trial is not null)
        {
            _kept.Try(rules, ChangeNote.Of(how, request.Message), options with { Trial = request.Trial });
            Console.Out.WriteLine(request.Trial.Kind == TrialKind.Confirm
                ? $"in force for {Duration.Print(request.Trial.Time)}: 'minifw confirm' keeps the rules, else those before are put back"
                : $"in force for {Duration.Print(request.Trial.Time)}; then the rules before are put back");
        }
        else if (request.IsTemporary)
        {
            engine.Apply(rules, options);
        }
        else
        {
            _kept.Apply(rules, ChangeNote.Of(how, request.Message), options);
        }
    }

    /// <summary>Puts one of the history in force again; the newest is on disk already.</summary>
    internal void Restore(KeptRules kept, string how)
    {
        if (request.Trial is not null)
        {
            Apply(kept.Read(), how, new ApplyOptions());
            return;
        }

        if (request.IsTemporary || kept.Number == _kept.OnDisk?.Number)
        {
            _kept.Load(kept);
        }
        else
        {
            _kept.Restore(kept, ChangeNote.Of(how, request.Message));
        }

        Console.Out.WriteLine(kept.IsOff ? $"no rules are in force, as after {kept.Number}" : $"rule set {kept.Origin} of {kept.When.ToLocalTime():yyyy-MM-dd HH:mm:ss} is in force again");
    }
}
