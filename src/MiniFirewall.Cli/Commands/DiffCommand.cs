using System.CommandLine;
using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw diff: how two rule sets differ, as text.</summary>
internal static class DiffCommand
{
    internal static Command Create()
    {
        const string What = "A number of the history, disk, running, or a file.";
        Argument<string> from = new("A") { Description = What };
        Argument<string> to = new("B") { Description = $"{What} The rules in force where it is left out.", DefaultValueFactory = _ => NamedText.Running };
        from.Offering("disk", NamedText.Running);
        to.Offering("disk", NamedText.Running);
        Option<bool> json = CommandOptions.Json();
        var command = new Command("diff", "Print how one rule set differs from another, as diff -u does. Exit code 1 where they differ.") { from, to, json };
        command.SetAction(result => Guarded.Run(() => Run(NamedText.Read(result.GetRequiredValue(from)), NamedText.Read(result.GetRequiredValue(to)), result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw diff disk                 what has changed since the last apply or save
            minifw diff 11 12
            minifw diff running new.rules
            """);
        return command;
    }

    private static int Run(NamedText from, NamedText to, bool asJson)
    {
        IReadOnlyList<string> lines = UnifiedDiff.Of(from.Name, from.Text, to.Name, to.Text);
        if (asJson)
        {
            JsonOutput.Document(json => WriteJson(json, from, to, lines));
        }
        else
        {
            foreach (string line in lines)
            {
                Console.Out.WriteLine(line);
            }
        }

        return lines.Count == 0 ? ExitCode.Done : ExitCode.Refused;
    }

    private static void WriteJson(Utf8JsonWriter json, NamedText from, NamedText to, IReadOnlyList<string> lines)
    {
        json.WriteStartObject();
        json.WriteString("from", from.Name);
        json.WriteString("to", to.Name);
        json.WriteBoolean("differ", lines.Count > 0);
        json.WriteStartArray("lines");
        foreach (string line in lines)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
