using MiniFirewall.Engine;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Verbs;

/// <summary>Runs a verb: makes its change of the rules in force, or shows it, and says what was done.</summary>
internal static class VerbRun
{
    internal static ReadOptions Options { get; } = ReadOptions.Default with { Cgroups = SystemCgroups.Instance };

    /// <summary>Reads an action and what stands behind it.</summary>
    internal static Intent ReadIntent(IReadOnlyList<string> words) => Said(() => IntentReader.Read(words, NetworkNames.System, AppProfiles.Read()));

    /// <summary>The rules in force as they are to be changed; an empty rule set where there are none.</summary>
    internal static int Change(Func<RuleSet, VerbChange> change, bool isDry)
    {
        FirewallEngine engine = FirewallEngine.Open();
        VerbChange planned = Said(() => change(engine.Read()?.Rules ?? RuleSet.Empty));
        if (isDry)
        {
            WriteDry(planned);
        }
        else
        {
            Console.Out.WriteLine(planned.ChangesNothing ? planned.Message : Said(() => Commit(engine, planned, change)));
        }

        return ExitCode.Done;
    }

    /// <summary>Work that verbs refuse in their own words.</summary>
    internal static T Said<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (VerbException wrong) when (wrong.IsState)
        {
            throw new FirewallException(FirewallFailure.Refused, wrong.Message);
        }
        catch (VerbException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    /// <summary>Puts a change in force: one rule of one family beside the others, anything else as a whole. What is changed is what is in force then.</summary>
    /// <returns>What was done.</returns>
    private static string Commit(FirewallEngine engine, VerbChange planned, Func<RuleSet, VerbChange> change)
    {
        VerbChange made = planned;
        RuleSet Changed(LoadedRuleSet? running) => (made = change(running?.Rules ?? RuleSet.Empty)).Rules;
        if (SingleRule.CommandOf(planned, Options) is { } command)
        {
            engine.Change(command, Changed);
        }
        else
        {
            engine.Apply(Changed);
        }

        return made.Message;
    }

    private static void WriteDry(VerbChange planned)
    {
        foreach (string line in planned.Lines())
        {
            Console.Out.WriteLine(line);
        }

        Console.Out.WriteLine(planned.ChangesNothing ? planned.Message : $"nothing was changed (--dry-run); it would say: {planned.Message}");
    }
}
