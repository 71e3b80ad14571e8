using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Verbs;

/// <summary>Runs a verb: makes its change of the rules in force, or shows it, and says what was done.</summary>
internal static class VerbRun
{
    internal static ReadOptions Options { get; } = ReadOptions.Default with { LiveNames = true, Cgroups = SystemCgroups.Instance };

    /// <summary>Reads an action and what stands behind it.</summary>
    internal static Intent ReadIntent(IReadOnlyList<string> words) => Said(() => IntentReader.Read(words, NetworkNames.System, AppProfiles.Read()));

    /// <summary>Changes the rules in force, an empty rule set where there are none, and those on disk with them; or shows the change.</summary>
    /// <param name="how">The command, for the history.</param>
    /// <param name="note">Says something more of the rules as they are then, or nothing.</param>
    internal static int Change(string how, Func<RuleSet, VerbChange> change, VerbRequest request, Func<RuleSet, string?>? note = null)
    {
        FirewallEngine engine = FirewallEngine.Open();
        if (request.IsDry)
        {
            WriteDry(Said(() => change(engine.Read()?.Rules ?? RuleSet.Empty)));
            return ExitCode.Done;
        }

        VerbChange made = Said(() => Commit(engine, how, change, request.Change));
        Console.Out.WriteLine(made.Message);
        if (note?.Invoke(made.Rules) is { } more)
        {
            Console.Out.WriteLine(more);
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

    /// <summary>Puts a change of what is in force in force and on disk.</summary>
    /// <returns>What was done.</returns>
    private static VerbChange Commit(FirewallEngine engine, string how, Func<RuleSet, VerbChange> change, ChangeRequest request)
    {
        VerbChange? made = null;
        new RuleSetChange(engine, request).Apply(running => (made = change(running?.Rules ?? RuleSet.Empty)).ChangesNothing ? null : made.Rules, how, new ApplyOptions());
        return made!;
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
