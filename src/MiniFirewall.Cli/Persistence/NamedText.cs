using System.Globalization;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Persistence;

/// <summary>A rule set that a word of a command line names, as canonical text: a number of the history, running, disk, or a file.</summary>
internal sealed record NamedText(string Name, string Text)
{
    internal const string Running = "running", Disk = "disk";

    internal static NamedText Read(string word)
    {
        FirewallEngine engine = FirewallEngine.Open();
        var kept = PersistentRules.Of(engine);
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return Of(kept.Find(number));
        }

        return word switch
        {
            Running => new(Running, Print(engine.Read()?.Rules)),
            Disk => Of(kept.OnDisk ?? throw new FirewallException(FirewallFailure.Refused, $"there is no rule set in {kept.Directory} yet; 'minifw save' or 'minifw apply' makes one")),
            _ => new(word, Print(RuleFile.Read(word))),
        };
    }

    /// <summary>The text is printed anew: what an older version kept it may have written otherwise.</summary>
    private static NamedText Of(KeptRules rules) => new($"{rules.Name} ({rules.When.ToLocalTime():yyyy-MM-dd HH:mm:ss})", rules.IsOff ? "" : Print(rules.Read()));

    private static string Print(RuleSet? rules) => rules is null ? "" : RuleSetPrinter.Print(rules);
}
