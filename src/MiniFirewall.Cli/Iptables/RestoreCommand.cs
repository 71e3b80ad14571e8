using MiniFirewall.Cli.Safety;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Iptables;

/// <summary>
/// iptables-restore and ip6tables-restore. The filter table changes at one moment or not at all; other tables go to the
/// system's own program, which is asked whether it would take them before anything changes.
/// </summary>
internal sealed class RestoreCommand
{
    private readonly string _program;
    private readonly RestoreArguments _arguments;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly RestoreOutline _outline;
    private readonly List<string> _lines = [];

    private RestoreCommand(string program, RestoreArguments arguments, ReadOnlyMemory<byte> text)
    {
        _program = program;
        _arguments = arguments;
        _text = text;
        _outline = RestoreOutline.Of(text.Span, arguments.Table);
    }

    internal static int Run(string program, string[] words)
    {
        if (RestoreArguments.Read(program, words, out int code) is not { } arguments)
        {
            return code;
        }

        if (arguments.IsVersion || arguments.IsHelp)
        {
            Console.Out.Write(arguments.IsHelp ? RestoreHelp.Text(program) : $"{IptablesVersion.Of(program)}\n");
            return ExitCode.Done;
        }

        return RestoreInput.Read(program, arguments.File, out code) is { } text ? new RestoreCommand(program, arguments, text).Run() : code;
    }

    private int Run()
    {
        try
        {
            return _outline.Others.Count > 0 ? RunBoth() : Apply(_arguments.IsTest);
        }
        catch (RestoreRefusal refusal)
        {
            return RestoreMessages.Print(_program, refusal.Error);
        }
        catch (FirewallException failure) when (failure.Failure == FirewallFailure.Refused)
        {
            Console.Error.WriteLine($"{_program}: {failure.Message}");
            return ExitCode.Refused;
        }
        catch (FirewallException failure) when (failure.Failure == FirewallFailure.Permission)
        {
            Console.Error.WriteLine($"{IptablesVersion.Of(_program)}: Permission denied (you must be root): {failure.Message}");
            return ExitCode.Permission;
        }
    }

    /// <summary>All is tested before anything changes; then theirs, which commits table by table, and ours.</summary>
    private int RunBoth()
    {
        if (OtherTablesProgram.Find(_program) is not { } other)
        {
            OtherTables.Refuse(_program, _outline.Others[0]);
            return ExitCode.Unsupported;
        }

        Apply(isTest: true);
        IEnumerable<string> forTest = _arguments.IsTest ? _arguments.ForOthers : _arguments.ForOthers.Where(word => word != "-v");
        int code = other.Run([.. forTest, "-t"], _outline.Foreign);
        if (code == ExitCode.Done && !_arguments.IsTest)
        {
            code = other.Run(_arguments.ForOthers, _outline.Foreign);
            return code == ExitCode.Done ? ApplyLast(other) : TellOfTheirs(other, code);
        }

        return code;
    }

    private int TellOfTheirs(OtherTablesProgram other, int code)
    {
        Console.Error.WriteLine(
            $"{_program}: {other.Path} has failed with exit code {code} on what it had tested: of its tables ({Others}) those before the line that it names are restored, the others are as they were, and so is the filter table");
        return code;
    }

    /// <summary>Ours after theirs: what stops it now has come up since the test.</summary>
    private int ApplyLast(OtherTablesProgram other)
    {
        bool isDone = false;
        try
        {
            Apply(isTest: false);
            isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                Console.Error.WriteLine($"{_program}: {Others} restored by {other.Path}; the filter table is as it was");
            }
        }

        return ExitCode.Done;
    }

    private string Others => string.Join(", ", _outline.Others);

    /// <summary>The filter table of the text; a text without one changes nothing, and may be wrong all the same.</summary>
    private int Apply(bool isTest)
    {
        if (!_outline.HasFilter)
        {
            Read(RuleSet.Empty);
            WriteLines();
            return ExitCode.Done;
        }

        try
        {
            var options = new ApplyOptions { CheckOnly = isTest, LockTimeout = _arguments.Wait };
            FirewallEngine engine = FirewallEngine.Open();
            engine.Apply(running => Checked(engine, Read(running?.Rules ?? RuleSet.Empty)!, isTest), options);
        }
        catch (FirewallException failure) when (isTest && _arguments.IsTest && failure.Failure == FirewallFailure.Permission)
        {
            // Who may not see the rules in force learns of the text what it says by itself.
            DryCompilation.Check(Read(RuleSet.Empty)!);
        }

        if (isTest == _arguments.IsTest)
        {
            WriteLines();
        }

        return ExitCode.Done;
    }

    /// <summary>
    /// The rules, where they do not cut the remote session that one types in, and a text of all rules closes no failsafe port; all else
    /// that iptables takes is taken.
    /// </summary>
    private RuleSet Checked(FirewallEngine engine, RuleSet rules, bool isTest)
    {
        if (!isTest && !LockoutCheck.IsForced && (RemoteSession.IsLikely() || (!_arguments.KeepsRules && FailsafeFile.Read().Count > 0))
            && new LockoutCheck(engine) is var check && (check.IsRemote || !_arguments.KeepsRules))
        {
            check.Run(rules, LockoutCheck.ForcedByEnvironment, tells: check.IsRemote);
        }

        return rules;
    }

    /// <summary>The rules as the text leaves them; null where it has no filter table.</summary>
    private RuleSet? Read(RuleSet running)
    {
        Family family = _program.StartsWith("ip6", StringComparison.Ordinal) ? Family.IPv6 : Family.IPv4;
        var restore = new RestoreOptions(family)
        {
            KeepsRules = _arguments.KeepsRules,
            TakesCounters = _arguments.HasCounters,
            Table = _arguments.Table,
            Tell = _arguments.IsVerbose ? _lines.Add : null,
        };
        _lines.Clear();
        RestoreResult result = RestoreReader.Read(_text.Span, running, ReadOptions.Default, restore);
        if (result.Error is { } error)
        {
            WriteLines();
            throw new RestoreRefusal(error);
        }

        return result.Rules;
    }

    /// <summary>What -v tells of the text as it was read last.</summary>
    private void WriteLines() => _lines.ForEach(Console.Out.WriteLine);
}
