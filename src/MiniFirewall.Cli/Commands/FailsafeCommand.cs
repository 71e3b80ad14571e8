using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Safety;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw failsafe: ports that no rule set may close by mistake.</summary>
internal static class FailsafeCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("failsafe", "Show and set the ports of this host that no rule set may close: one that would is refused, unless it is forced.")
        {
            CreateEdit("add", "Set a port.", port => FailsafeFile.Add(port) ? $"{port} is a failsafe port" : $"{port} is one already"),
            CreateEdit("remove", "Take a port out.", port => FailsafeFile.Remove(port) ? $"{port} is no failsafe port any more" : throw new UsageException($"{port} is no failsafe port; 'minifw failsafe' lists them")),
        };
        command.Options.Add(json);
        command.SetAction(result => Guarded.Run(() => List(result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw failsafe
            minifw failsafe add tcp 22
            minifw failsafe add tcp 22 from 10.0.0.0/8
            minifw failsafe remove tcp 22
            """);
        return command;
    }

    private static Command CreateEdit(string verb, string description, Func<FailsafePort, string> edit)
    {
        Argument<string[]> words = new("PORT") { Description = $"{FailsafePort.Help}.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(verb, description) { words };
        command.SetAction(result => Guarded.Run(() =>
        {
            string[] given = result.GetRequiredValue(words);
            Console.Out.WriteLine(edit(FailsafePort.TryParse(given) ?? throw new UsageException($"'{string.Join(' ', given)}' is no port; {FailsafePort.Help}")));
            return ExitCode.Done;
        }));
        return command;
    }

    private static int List(bool asJson)
    {
        IReadOnlyList<FailsafePort> ports = FailsafeFile.Read();
        if (asJson)
        {
            JsonOutput.Document(json =>
            {
                json.WriteStartArray();
                foreach (FailsafePort port in ports)
                {
                    json.WriteStringValue(port.ToString());
                }

                json.WriteEndArray();
            });
        }
        else
        {
            Console.Out.WriteLine(ports.Count == 0 ? "there are no failsafe ports; 'minifw failsafe add tcp 22' makes one" : string.Join('\n', ports));
        }

        return ExitCode.Done;
    }
}
