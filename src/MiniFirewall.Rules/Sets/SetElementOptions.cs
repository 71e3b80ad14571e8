using System.Globalization;
using System.Text;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Sets;

/// <summary>What may stand behind an element, as ipset has it: nomatch, timeout, packets, bytes, comment.</summary>
/// <param name="set">Whose element it is.</param>
public sealed class SetElementOptions(NamedSet set)
{
    private static readonly string[] WithValue = ["timeout", "packets", "bytes", "comment"];

    public bool NoMatch { get; private set; }

    public SetElementState State { get; private set; } = SetElementState.None;

    /// <summary>What was wrong with the last one.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>What would be right.</summary>
    public string Help { get; private set; } = "";

    /// <summary>The word is the name of one.</summary>
    public static bool IsOne(ReadOnlySpan<char> word) => word is "nomatch" || TakesValue(word);

    /// <summary>A value follows it.</summary>
    public static bool TakesValue(ReadOnlySpan<char> word) => word is "timeout" or "packets" or "bytes" or "comment";

    /// <summary>Takes one over; false where it is wrong.</summary>
    /// <param name="value">Empty where it takes none.</param>
    public bool TryTake(string name, string value)
    {
        switch (name)
        {
            case "nomatch":
                NoMatch = true;
                return true;
            case "timeout":
                return Require(set.Details.Timeout is not null, name, "timeout 0") && TryTakeSeconds(value);
            case "packets":
                return Require(set.Details.Counts, name, "counters") && TryCount(name, value, number => State = State with { Packets = number });
            case "bytes":
                return Require(set.Details.Counts, name, "counters") && TryCount(name, value, number => State = State with { Bytes = number });
            case "comment":
                return Require(set.Details.HasComments, name, "comment") && TryTakeComment(value);
            default:
                return Fail($"{Show.Word(name)} is not said of an element", $"behind an element stand nomatch, {string.Join(", ", WithValue)}");
        }
    }

    private bool Require(bool has, string name, string option) =>
        has || Fail($"set {set.Name} keeps no {(name == "timeout" ? "times" : name == "comment" ? "comments" : "counters")} of its elements", $"write {option} in the line that makes the set");

    private bool TryTakeSeconds(string value)
    {
        bool read = uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds) && seconds <= SetDetails.MostSeconds;
        State = read ? State with { Seconds = seconds } : State;
        return read || Fail($"{Show.Word(value)} is not a time", $"seconds from 0, for ever, to {SetDetails.MostSeconds}");
    }

    private bool TryCount(string name, string value, Action<ulong> set) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? Do(() => set(number))
            : Fail($"{Show.Word(value)} is not a number of {name}", "a number from 0 on");

    private bool TryTakeComment(string value)
    {
        if (value.Contains('"', StringComparison.Ordinal) || value.Any(char.IsControl) || Encoding.UTF8.GetByteCount(value) > DynamicSet.MostCommentBytes)
        {
            return Fail($"{Show.Word(value)} is not a comment", $"up to {DynamicSet.MostCommentBytes} bytes without a double quote, in double quotes");
        }

        State = State with { Comment = value };
        return true;
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }

    private bool Fail(string problem, string help)
    {
        (Problem, Help) = (problem, help);
        return false;
    }
}
