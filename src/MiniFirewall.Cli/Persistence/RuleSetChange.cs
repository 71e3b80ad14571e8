using MiniFirewall.Cli.Safety;
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
        Check(rules);
        if (request.Trial is not null)
        {
            Try(_ => rules, how, options);
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

    /// <summary>As <see cref="Apply(RuleSet, string, ApplyOptions)"/>, with rules made from those in force, which nobody else changes meanwhile.</summary>
    /// <param name="change">Returns null where there is nothing to do.</param>
    internal void Apply(Func<LoadedRuleSet?, RuleSet?> change, string how, ApplyOptions options)
    {
        if (request.Trial is not null)
        {
            Try(Checked, how, options);
        }
        else if (request.IsTemporary)
        {
            engine.Apply(Checked, options);
        }
        else
        {
            _kept.Apply(Checked, ChangeNote.Of(how, request.Message), options);
        }

        RuleSet? Checked(LoadedRuleSet? running)
        {
            RuleSet? rules = change(running);
            if (rules is not null)
            {
                Check(rules);
            }

            return rules;
        }
    }

    private void Try(Func<LoadedRuleSet?, RuleSet?> change, string how, ApplyOptions options)
    {
        if (!_kept.Try(change, ChangeNote.Of(how, request.Message), options with { Trial = request.Trial }))
        {
            return;
        }

        string time = Duration.Print(request.Trial!.Time);
        Console.Out.WriteLine(request.Trial.Kind == TrialKind.Confirm
            ? $"in force for {time}: 'minifw confirm' keeps the rules, else those before are put back"
            : $"in force for {time}; then the rules before are put back");
    }

    /// <exception cref="FirewallException">The rules would lock somebody out, and nobody has forced them.</exception>
    private void Check(RuleSet rules)
    {
        if (!request.IsForced)
        {
            new LockoutCheck(engine).Run(rules, "--force");
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

        Check(kept.Read());
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
