using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads the words that stand behind a command on a command line (iptables xshared.c, do_parse).</summary>
internal sealed class CommandWords(DiagnosticBag diagnostics, WordCursor words)
{
    /// <param name="argument">The first word behind the command where it must have one, or where it is glued to it.</param>
    internal LineCommand Read(GlobalKind kind, Word place, Word? argument, FamilySet families)
    {
        var command = new LineCommand(kind, place, families) { Chain = argument };
        return kind switch
        {
            GlobalKind.Insert or GlobalKind.Delete => command with { Number = TakeNumber() },
            GlobalKind.Replace => command with { Number = Needed(kind, place, TakeNumber(), "a rule number") },
            GlobalKind.List or GlobalKind.ListRules => command with { Chain = argument ?? words.TakeOptional(), Number = TakeNumber() },
            GlobalKind.Zero => command with { Chain = argument ?? words.TakeOptional(), Number = TakeNumber() },
            GlobalKind.Flush or GlobalKind.DeleteChain => command with { Chain = argument ?? words.TakeOptional() },
            GlobalKind.RenameChain => command with { Second = Needed(kind, place, words.TakeOptional(), "old-chain-name and new-chain-name") },
            GlobalKind.Policy => command with { Second = Needed(kind, place, words.TakeOptional(), "a chain and a policy") },
            _ => command,
        };
    }

    /// <summary>-L or -S with -Z: the counters are shown, and then set to zero. Null for two commands that cannot stand together.</summary>
    internal static LineCommand? Together(LineCommand first, LineCommand second)
    {
        (LineCommand list, LineCommand zero) = first.Kind == GlobalKind.Zero ? (second, first) : (first, second);
        if (list.Kind is not (GlobalKind.List or GlobalKind.ListRules) || zero.Kind != GlobalKind.Zero || list.Zeroes)
        {
            return null;
        }

        // A number behind -Z makes iptables forget the list.
        return zero.Number is not null ? zero : list with { Chain = second.Chain ?? first.Chain, Zeroes = true };
    }

    private Word? TakeNumber()
    {
        if (words.TakeOptional() is not { } word)
        {
            return null;
        }

        if (!NumberText.TryParse(word.Text, out ulong number) || number is 0 or > int.MaxValue)
        {
            diagnostics.Report(
                ErrorCodes.BadRuleNumber, word, $"{Show.Word(word.Text)} is not a rule's number", "rules count from 1",
                Convention.Usage($"Invalid rule number `{word.Text}'"));
        }

        return word;
    }

    private Word? Needed(GlobalKind kind, Word place, Word? word, string what)
    {
        if (word is null)
        {
            diagnostics.Report(
                ErrorCodes.MissingArgument, place, $"{Show.Word(place.Text)} needs {what}", "",
                Convention.Usage($"{GlobalOption.Of(kind).Letter} requires {what}"));
        }

        return word;
    }
}
