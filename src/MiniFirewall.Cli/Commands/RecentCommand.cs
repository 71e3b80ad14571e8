using System.Collections.Immutable;
using System.CommandLine;
using MiniFirewall.Cli.Recent;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Recent;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw recent: looks at the lists of -m recent of the rules in force, and changes them.</summary>
internal static class RecentCommand
{
    internal static Command Create()
    {
        Argument<string?> name = new("NAME") { Description = "The list; all lists where none is named.", Arity = ArgumentArity.ZeroOrOne };
        Argument<string?> change = new("CHANGE") { Description = "+ADDRESS, -ADDRESS, or / to take all addresses out.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> proc = new("--proc") { Description = "Print as the kernel does in /proc/net/xt_recent." }, json = CommandOptions.Json();
        var command = new Command("recent", "Show and change the lists of -m recent of the rules in force.") { name, change, proc, json };
        command.SetAction(result => Guarded.Run(() =>
        {
            FirewallEngine engine = FirewallEngine.Open();
            if (result.GetValue(change) is { } text)
            {
                return Change(engine, result.GetRequiredValue(name)!, text);
            }

            Show(engine, result.GetValue(name), result.GetValue(proc), result.GetValue(json));
            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, """
            minifw recent
            minifw recent ssh --proc
            minifw recent ssh +192.0.2.7
            minifw recent ssh -192.0.2.7
            minifw recent ssh /
            """);
        return command;
    }

    private static int Change(FirewallEngine engine, string list, string text)
    {
        if (text == "/")
        {
            engine.ChangeRecent(list, RecentAction.Flush, Family.IPv4, 0);
            return ExitCode.Done;
        }

        Family family = text.Contains(':') ? Family.IPv6 : Family.IPv4;
        if (text.Length == 0 || text[0] is not ('+' or '-') || !AddressText.TryParse(family, text[1..], out UInt128 address))
        {
            throw new UsageException($"\"{text}\" is no change of a list; write +ADDRESS, -ADDRESS or /");
        }

        bool isDone = engine.ChangeRecent(list, text[0] == '+' ? RecentAction.Set : RecentAction.Remove, family, address);
        return isDone ? ExitCode.Done : throw new FirewallException(FirewallFailure.Refused, $"{text[1..]} is not on list {list}");
    }

    private static void Show(FirewallEngine engine, string? name, bool asProc, bool asJson)
    {
        IReadOnlyDictionary<string, ImmutableArray<RecentEntry>> lists =
            name is null ? engine.ReadRecent() : new Dictionary<string, ImmutableArray<RecentEntry>> { [name] = engine.ReadRecent(name) };
        if (asProc)
        {
            RecentOutput.WriteProc(lists.Values.SelectMany(entries => entries));
        }
        else if (asJson)
        {
            RecentOutput.WriteJson(lists, TickClock.Read());
        }
        else
        {
            RecentOutput.WriteTable(lists, TickClock.Read());
        }
    }
}
