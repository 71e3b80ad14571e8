using System.Globalization;
using System.Text;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads ":CHAIN POLICY [PACKETS:BYTES]" as iptables-restore does; what follows on the line is not looked at.</summary>
internal static class RestoreChainLine
{
    /// <summary>Bytes of a name (XT_EXTENSION_MAXNAMELEN without its end).</summary>
    private const int LongestName = 28;

    /// <summary>What is wrong; null where nothing is.</summary>
    internal static RestoreError? Read(string line, int number, RestoreTable table, ReadSession session)
    {
        Word name = WordAt(line, 1), policy = WordAt(line, name.End), counters = WordAt(line, policy.End);
        if (name.Text.Length == 0)
        {
            return Bad(number, $"line {number} chain name invalid") with { RepeatsName = true };
        }

        if (Encoding.UTF8.GetByteCount(name.Text) > LongestName)
        {
            return Bad(number, $"Invalid chain name `{Show.Plain(name.Text)}' ({LongestName} chars max)");
        }

        if (Declare(name, number, table, session) is { } wrong)
        {
            return wrong;
        }

        return policy.Text switch
        {
            "" => Bad(number, $"line {number} policy invalid") with { RepeatsName = true },
            "-" => null,
            _ => SetPolicy(name.Text, policy.Text, counters.Text, number, table),
        };
    }

    private static RestoreError? Declare(Word name, int number, RestoreTable table, ReadSession session)
    {
        if (!table.TryDeclare(name))
        {
            return Bad(number, $"error creating chain '{Show.Plain(name.Text)}':File exists");
        }

        return session.Diagnostics.Count == 0 ? null
            : new RestoreError(RestoreErrorKind.BadLine, number, null, session.Diagnostics.AsFound()[0]);
    }

    private static RestoreError? SetPolicy(string chain, string policy, string counters, int number, RestoreTable table)
    {
        Counters count = default;
        if (table.TakesCounters && !TryReadCounters(counters, out count))
        {
            return Bad(number, $"invalid policy counters for chain '{Show.Plain(chain)}'");
        }

        string? reason = !table.IsBuiltIn(chain) ? "Bad built-in chain name" : policy is "ACCEPT" or "DROP" ? null : "Bad policy name";
        if (reason is not null)
        {
            return new RestoreError(
                RestoreErrorKind.BadPolicy, number, $"Can't set policy `{Show.Plain(policy)}' on `{Show.Plain(chain)}' line {number}: {reason}", null);
        }

        table.SetPolicy(chain, new ChainPolicy(policy == "ACCEPT" ? Verdict.Accept : Verdict.Drop, count));
        return null;
    }

    /// <summary>"[PACKETS:BYTES]"; what follows in the word is not looked at, as upstream's sscanf does not.</summary>
    private static bool TryReadCounters(string word, out Counters counters)
    {
        counters = default;
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || word[0] != '[')
        {
            return false;
        }

        string bytes = new([.. word.Skip(colon + 1).TakeWhile(char.IsAsciiDigit)]);
        bool isGood = ulong.TryParse(word.AsSpan(1, colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong packets)
            & ulong.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out ulong byteCount);
        counters = new Counters(packets, byteCount);
        return isGood;
    }

    /// <summary>The word that begins behind blanks; empty at the line's end.</summary>
    private static Word WordAt(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
        {
            at++;
        }

        int length = line.AsSpan(at).IndexOfAny(' ', '\t');
        int end = length < 0 ? line.Length : at + length;
        return new Word(line[at..end], at, end);
    }

    private static RestoreError Bad(int line, string text) => new(RestoreErrorKind.BadLine, line, text, null);
}
