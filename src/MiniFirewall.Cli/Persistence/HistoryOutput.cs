using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Persistence;

/// <summary>The history as a table or as JSON.</summary>
internal static class HistoryOutput
{
    internal static void Write(IReadOnlyList<KeptRules> history)
    {
        if (history.Count == 0)
        {
            Console.Out.WriteLine("nothing is kept yet: 'minifw apply' and 'minifw save' keep what they put in force");
            return;
        }

        var table = new PlainTable(">number", "when", ">rules", "who", "how", "why");
        foreach (KeptRules rules in history)
        {
            table.Add($"{rules.Number}", $"{rules.When.ToLocalTime():yyyy-MM-dd HH:mm:ss}", $"{RuleLines(rules)}", rules.Note.Who, How(rules), rules.Note.Why);
        }

        table.Write(Console.Out);
    }

    internal static void WriteJson(IReadOnlyList<KeptRules> history, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (KeptRules rules in history)
        {
            json.WriteStartObject();
            json.WriteNumber("number", rules.Number);
            json.WriteString("when", rules.When);
            json.WriteNumber("rules", RuleLines(rules));
            json.WriteBoolean("off", rules.IsOff);
            json.WriteString("who", rules.Note.Who);
            json.WriteString("how", rules.Note.How);
            json.WriteString("why", rules.Note.Why);
            if (rules.Restores is { } restored)
            {
                json.WriteNumber("restores", restored);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string How(KeptRules rules) => rules.Restores is { } restored ? $"{rules.Note.How} (is {restored} again)" : rules.Note.How;

    /// <summary>Counted in the text, so that a rule set of another version counts too.</summary>
    private static int RuleLines(KeptRules rules) => (rules.Text ?? "").Split('\n').Count(line =>
        line.StartsWith("-A ", StringComparison.Ordinal) || line.StartsWith("-4 -A ", StringComparison.Ordinal) || line.StartsWith("-6 -A ", StringComparison.Ordinal));
}
