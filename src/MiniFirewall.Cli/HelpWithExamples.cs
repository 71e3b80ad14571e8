using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MiniFirewall.Cli;

/// <summary>Help that ends with examples.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly string _examples;
    private readonly HelpAction _help;

    private HelpWithExamples(HelpAction help, string examples) => (_help, _examples) = (help, examples);

    public override bool ClearsParseErrors => true;

    /// <summary>Gives a command --help of its own.</summary>
    /// <param name="examples">Lines; each is indented by two more.</param>
    internal static void AddTo(Command command, string examples)
    {
        HelpOption? option = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (option is null)
        {
            option = new HelpOption();
            command.Options.Add(option);
        }

        option.Action = new HelpWithExamples(new HelpAction(), examples);
    }

    /// <summary>The examples of a command; null where it has none.</summary>
    internal static string? Of(Command command) => command.Options.OfType<HelpOption>().FirstOrDefault()?.Action is HelpWithExamples help ? help._examples : null;

    public override int Invoke(ParseResult parseResult)
    {
        int code = _help.Invoke(parseResult);
        Console.Out.WriteLine("Examples:");
        foreach (string line in _examples.Split('\n'))
        {
            Console.Out.WriteLine($"  {line}");
        }

        return code;
    }
}
