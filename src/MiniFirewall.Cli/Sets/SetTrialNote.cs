using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Sets;

namespace MiniFirewall.Cli.Sets;

/// <summary>Tells who changes sets while the rules are on trial what becomes of it.</summary>
internal static class SetTrialNote
{
    internal static void Write(FirewallEngine engine, IReadOnlyList<string> sets)
    {
        foreach (string set in sets)
        {
            if (engine.ReadSetTrial(set) is { } trial)
            {
                Console.Error.WriteLine(TextOf(set, trial));
            }
        }
    }

    private static string TextOf(string set, SetTrial trial)
    {
        string left = $"minifw: note: the rules in force are on trial for {Duration.Print(TimeSpan.FromSeconds(Math.Ceiling(trial.Left.TotalSeconds)))} more";
        return trial.GoesBack
            ? $"{left}: this change of {set} goes with them, unless 'minifw confirm' keeps them"
            : $"{left}: this change of {set} stays, whatever becomes of them, for the rules before have the same set";
    }
}
