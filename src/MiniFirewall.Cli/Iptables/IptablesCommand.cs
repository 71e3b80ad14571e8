using System.Collections.Immutable;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Safety;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Cli.Iptables;

/// <summary>iptables and ip6tables: one command on the filter table of one family, with upstream's words, texts and exit codes.</summary>
internal sealed class IptablesCommand
{
    private readonly string _program;
    private readonly Family _family;
    private readonly RuleCommand _command;
    private readonly Refusal _refusal;
    private VerboseLines? _lines;

    private IptablesCommand(string program, RuleCommand command)
    {
        _program = program;
        _family = FamilyOf(program);
        _command = command;
        _refusal = new Refusal(program);
    }

    /// <param name="program">iptables or ip6tables.</param>
    internal static int Run(string program, string[] arguments) => Guarded.Run(() =>
    {
        string[] words = JsonOption.TakeFrom(arguments, out bool asJson);
        string table = TableName.In(words);
        if (OtherTables.Has(table) && OtherTables.HasProgram(program))
        {
            return OtherTables.Run(program, words, table);
        }

        RuleCommand? command = RuleCommand.Read(program, words, OptionsFor(program, words), out ImmutableArray<Diagnostic> wrong);
        if (OtherTables.Has(table) && (wrong.IsEmpty || wrong[0].Code != ErrorCodes.NoCommand))
        {
            return OtherTables.Run(program, words, table);
        }

        if (command is null && wrong.All(diagnostic => diagnostic.Code == ErrorCodes.UnknownTable))
        {
            return new Refusal(program).NoTable(table, "Table does not exist (do you need to insmod?)", ExitCode.Unsupported);
        }

        wrong = wrong.RemoveAll(diagnostic => diagnostic.Code == ErrorCodes.UnknownTable);
        return command is null ? new Refusal(program).Tell(wrong) : new IptablesCommand(program, command).Run(asJson);
    });

    /// <summary>Sets are looked for only where a word may ask for one: a rule's text does not say what they are.</summary>
    private static ReadOptions OptionsFor(string program, string[] words)
    {
        bool namesSet = Array.Exists(words, word => word is "set" or "-mset" or "--match=set" or "SET" or "-jSET" or "--jump=SET");
        ImmutableArray<NamedSet> sets = namesSet ? FirewallEngine.Open().ReadSetNames() : [];
        return new ReadOptions { Families = FamilyOf(program).ToSet(), Sets = sets, Cgroups = SystemCgroups.Instance };
    }

    private static Family FamilyOf(string program) => program == "iptables" ? Family.IPv4 : Family.IPv6;

    private int Run(bool asJson)
    {
        if (_command.Options.HasWaitInterval)
        {
            Console.Error.WriteLine("Ignoring deprecated --wait-interval option.");
        }

        if (_command.NeverMatchedProtocol is { } protocol)
        {
            Console.Error.WriteLine($"Warning: never matched protocol: {protocol}. use extension match instead.");
        }

        if (asJson && _command.Kind is not (RuleCommandKind.List or RuleCommandKind.ListRules))
        {
            Complaint.Write("--json stands with -L and -S only");
            return ExitCode.Usage;
        }

        try
        {
            _lines = VerboseLines.Of(_command, _family);
            return _command.Kind switch
            {
                RuleCommandKind.Version => WriteVersion(),
                RuleCommandKind.Help => IptablesHelp.Write(_program, _command.Extensions),
                RuleCommandKind.Check => Check(),
                RuleCommandKind.List or RuleCommandKind.ListRules => List(asJson),
                RuleCommandKind.Zero => Zero(),
                _ => Change(),
            };
        }
        catch (FirewallException failure) when (failure.Failure == FirewallFailure.Refused)
        {
            Console.Error.WriteLine($"{_program}: {failure.Message}");
            return ExitCode.Refused;
        }
        catch (FirewallException failure) when (_refusal.Tell(failure, _command.Options.Wait) is { } code)
        {
            return code;
        }
    }

    private int WriteVersion()
    {
        Console.Out.WriteLine(_command.IsNegated ? $"Not {IptablesVersion.Text} ;-)" : IptablesVersion.Of(_program));
        return ExitCode.Done;
    }

    /// <summary>Waits for others by default, without end: writers queue, and none fails because another is at work.</summary>
    private TimeSpan? Patience => _command.Options.Wait is { } seconds and >= 0 ? TimeSpan.FromSeconds(seconds) : null;

    private int Check()
    {
        (bool chain, bool rules) = FirewallEngine.Open().Holds(_command);
        return Done(chain && rules ? null : _command.Missing(chain));
    }

    private int Change()
    {
        try
        {
            FirewallEngine engine = FirewallEngine.Open();
            if (TypedCheck.MayCut(_command) && TypedCheck.OfTyped(engine) is { } check)
            {
                check.Run(Changed(engine.Read()), LockoutCheck.ForcedByEnvironment, tells: false);
            }

            engine.Change(_command, Changed, Patience);
            return Done(null);
        }
        catch (RefusedTextException refused)
        {
            return Done(refused.Diagnostics[0]);
        }
    }

    private RuleSet Changed(LoadedRuleSet? running)
    {
        ReadResult result = _command.ApplyTo(running?.Rules ?? RuleSet.Empty, running is null ? null : running.OfRule);
        return result.Rules ?? throw new RefusedTextException(result.Diagnostics);
    }

    private int List(bool asJson)
    {
        LoadedRuleSet? loaded = OneChain(asJson) is { } chainAsked ? FirewallEngine.Open().Read(chainAsked, _family) : Loaded(_command.Zeroes);
        var listing = new RuleListing(_command, _family, loaded);
        if (_command.Chain is { } chain && !listing.Has(chain))
        {
            return Done(_command.Missing(chainExists: false));
        }

        if (asJson)
        {
            JsonOutput.Document(json => ListingJson.Write(json, listing, loaded, _family));
        }
        else
        {
            listing.Write(Console.Out);
            _lines?.Write();
        }

        return ExitCode.Done;
    }

    /// <summary>The chain whose rules alone are shown; null where others' rules matter: places of both families, who goes to a chain, zeroing.</summary>
    private string? OneChain(bool asJson)
    {
        bool countsWays = _command.Kind == RuleCommandKind.List && _command.Number is null && RuleSet.Empty.Find(_command.Chain ?? "") is null;
        return asJson || _command.Zeroes || countsWays ? null : _command.Chain;
    }

    private int Zero()
    {
        if (FirewallEngine.Open().ZeroCounters(_command, Patience))
        {
            return Done(null);
        }

        var listing = new RuleListing(_command, _family, Loaded(zeroes: false));
        if (_command.Chain is { } chain && (!listing.Has(chain) || (_command.Number is not null && listing.IsEmpty)))
        {
            return Done(_command.Missing(listing.Has(chain)));
        }

        Loaded(zeroes: true);
        return Done(null);
    }

    /// <summary>The rules in force, with the counters that they have, or had before they were set to zero.</summary>
    private LoadedRuleSet? Loaded(bool zeroes)
    {
        var engine = FirewallEngine.Open();
        LoadedRuleSet? loaded = zeroes ? engine.ResetCounters(new ZeroedPlaces(_command, _family).Contains, Patience) : engine.Read();
        return loaded is null && !Environment.IsPrivilegedProcess
            ? throw new FirewallException(FirewallFailure.Permission, "the rules in force cannot be seen")
            : loaded;
    }

    /// <summary>Ends the command: tells what -v asks for, and what is wrong. iptables shows the rules of a command that the rules in force refuse, too.</summary>
    private int Done(Diagnostic? wrong)
    {
        bool wasTried = wrong is null || wrong.Convention is { Kind: ConventionKind.Refusal };
        if (wasTried)
        {
            _lines?.Write();
        }

        return wrong is null ? ExitCode.Done : _refusal.Tell([wrong]);
    }
}
