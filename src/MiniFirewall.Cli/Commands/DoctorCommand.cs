using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using MiniFirewall.Cli.Doctor;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw doctor: what on this host is probably not as it should be.</summary>
internal static class DoctorCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("doctor", "Look for what is probably not as it should be; exit code 1 where there are problems or warnings.") { json };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw doctor
            minifw doctor --json | jq '.findings[] | select(.severity == "problem")'
            """);
        return command;
    }

    private static int Run(bool asJson)
    {
        ImmutableArray<Finding> findings = Examination.Of(new Patient(FirewallEngine.Open()));
        if (asJson)
        {
            JsonOutput.Document(json => WriteJson(json, findings));
        }
        else
        {
            Write(findings);
        }

        return findings.Any(finding => finding.Severity > Severity.Note) ? ExitCode.Refused : ExitCode.Done;
    }

    private static void Write(ImmutableArray<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            Console.Out.WriteLine($"{Word(finding.Severity),-8} {finding.Text}");
            if (finding.Fix is { } fix)
            {
                Console.Out.WriteLine($"{"",-8} {(finding.Severity == Severity.Note ? "see" : "fix")}: {fix}");
            }
        }

        int bad = findings.Count(finding => finding.Severity > Severity.Note);
        Console.Out.WriteLine(bad == 0 ? "no problems and no warnings" : $"{bad} problems and warnings");
    }

    private static void WriteJson(Utf8JsonWriter json, ImmutableArray<Finding> findings)
    {
        json.WriteStartObject();
        json.WriteStartArray("findings");
        foreach (Finding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("severity", Word(finding.Severity));
            json.WriteString("check", finding.Check);
            json.WriteString("text", finding.Text);
            if (finding.Fix is { } fix)
            {
                json.WriteString("fix", fix);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(Severity severity) => severity.ToString().ToLowerInvariant();
}
