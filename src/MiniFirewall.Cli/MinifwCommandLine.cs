using System.CommandLine;
using MiniFirewall.Cli.Commands;
using MiniFirewall.Cli.Iptables;
using MiniFirewall.Cli.Persistence;
using MiniFirewall.Cli.Verbs;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli;

/// <summary>The command line as a whole: the verbs, and what happens to a wrong word.</summary>
internal static class MinifwCommandLine
{
    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("apply", ApplyCommand.Create),
        ("show", ShowCommand.Create),
        ("off", OffCommand.Create),
        ("status", StatusCommand.Create),
        ("confirm", ConfirmCommand.Create),
        ("save", SaveRulesCommand.Create),
        ("load", LoadCommand.Create),
        ("history", HistoryCommand.Create),
        ("undo", UndoCommand.Create),
        ("import", ImportCommand.Create),
        ("diff", DiffCommand.Create),
        ("failsafe", FailsafeCommand.Create),
        ("allow", () => AllowCommand.Create(VerbAction.Allow)),
        ("deny", () => AllowCommand.Create(VerbAction.Deny)),
        ("reject", () => AllowCommand.Create(VerbAction.Reject)),
        ("limit", () => AllowCommand.Create(VerbAction.Limit)),
        ("insert", AllowCommand.CreateInsert),
        ("prepend", AllowCommand.CreatePrepend),
        ("route", AllowCommand.CreateRoute),
        ("delete", DeleteCommand.Create),
        ("default", DefaultCommand.Create),
        ("logging", LoggingCommand.Create),
        ("app", AppCommand.Create),
        ("set", SetCommand.Create),
        ("names", NamesCommand.Create),
        ("recent", RecentCommand.Create),
        ("connections", ConnectionsCommand.Create),
        ("why", WhyCommand.Create),
        ("drops", DropsCommand.Create),
        ("top", TopCommand.Create),
        ("hooks", HooksCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("log", LogCommand.Create),
        ("serve", ServeCommand.Create),
        ("module", ModuleCommand.Create),
        ("demo", DemoCommand.Create),
    ];

    /// <summary>Runs one command line; the result is the process's exit code.</summary>
    /// <param name="invokedAs">argv[0]: a link named iptables asks for iptables' own command line.</param>
    internal static int Run(string invokedAs, string[] arguments)
    {
        int code = Guarded.Run(() =>
        {
            arguments = ProviderOption.TakeFrom(arguments);
            return ExitCode.Done;
        });
        return code == ExitCode.Done ? RunCommand(invokedAs, arguments) : code;
    }

    private static int RunCommand(string invokedAs, string[] arguments)
    {
        if (IptablesName.Of(invokedAs, arguments) is { } named)
        {
            return IptablesName.Run(named.Name, named.Arguments);
        }

        arguments = ChangeOptions.Spelled(DryRunFirst.Moved(arguments));
        ParseResult result = Root(arguments).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0 && result.Action is not { ClearsParseErrors: true })
        {
            return WrongUsage(result);
        }

        return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>All commands, with all that they say of themselves: what man pages are written from.</summary>
    internal static RootCommand Everything() => Root([.. Commands.Select(command => command.Create())]);

    /// <summary>The one that is asked for, where the first word names one; else all, each with the first line of what it says.</summary>
    private static RootCommand Root(string[] arguments)
    {
        if (Array.Find(Commands, command => command.Name == arguments.FirstOrDefault()).Create is { } create)
        {
            return Root([create()]);
        }

        RootCommand root = Everything();
        foreach (Command command in root.Subcommands)
        {
            command.Description = command.Description?.Split('\n')[0];
        }

        return root;
    }

    private static RootCommand Root(Command[] commands)
    {
        var root = new RootCommand("A Linux firewall: iptables' rules, compiled to eBPF on Netfilter's hooks.");
        foreach (Command command in commands)
        {
            root.Subcommands.Add(command);
        }

        ProviderOption.AddTo(root);
        root.Directives.Clear();
        VersionLine.AddTo(root);
        HelpWithExamples.AddTo(root, """
            minifw apply rules.txt         load the rules of a file, all or nothing
            minifw show                    the rules that are loaded, with counters
            minifw why in eth0 tcp 203.0.113.9:50000 10.0.0.5:22
                                           what would happen to a packet, and which rule says so
            minifw off                     take it all away
            """);
        return root;
    }

    private static int WrongUsage(ParseResult result)
    {
        if (result.CommandResult.Command is RootCommand && result.UnmatchedTokens is [var word, ..])
        {
            Complaint.Write($"there is no {(word.StartsWith('-') ? "option" : "command")} '{word}'; {UfwCommands.Instead(word) ?? "see minifw --help"}");
            return ExitCode.Usage;
        }

        string command = result.CommandResult.Command is RootCommand ? "minifw" : $"minifw {result.CommandResult.Command.Name}";
        foreach (var error in result.Errors)
        {
            Complaint.Write($"{error.Message.TrimEnd('.')}; see {command} --help");
        }

        return ExitCode.Usage;
    }
}
