using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches;

/// <summary>--chunk-types MODE LIST: a comma list of TYPE[:FLAGS], ALL or NONE.</summary>
internal static class SctpChunkList
{
    private static readonly (string Name, SctpChunkMode Mode)[] Modes =
        [("all", SctpChunkMode.All), ("any", SctpChunkMode.Any), ("only", SctpChunkMode.Only)];

    internal static string Print(SctpChunkMode mode) => Modes.First(entry => entry.Mode == mode).Name;

    /// <param name="isNumeric">Types as numbers, as iptables -L -n has them.</param>
    internal static string Print(SctpChunkSet set, bool isNumeric = false)
    {
        if (set.IsEmpty || set.IsAll)
        {
            return set.IsEmpty ? "NONE" : "ALL";
        }

        return string.Join(',', SctpChunkNames.Table.Where(entry => set.Contains(entry.Type)).Select(entry =>
        {
            SctpChunkFlags flags = set.FlagsOf(entry.Type);
            string name = isNumeric ? $"0x{entry.Type:X4}" : entry.Name;
            return flags.Mask == 0 ? name : $"{name}:{SctpChunkNames.PrintFlags(flags)}";
        }));
    }

    internal static bool ReadMode(Word word, ReadContext context, out SctpChunkMode mode)
    {
        (string? name, mode) = Modes.FirstOrDefault(entry => entry.Name.Equals(word.Text, StringComparison.OrdinalIgnoreCase));
        if (name is null)
        {
            context.Diagnostics.Report(
                ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} is not a way to compare chunk types", "write all, any or only",
                Convention.Usage("Match type has to be one of \"ALL\", \"ANY\" or \"ONLY\""));
        }

        return name is not null;
    }

    internal static bool ReadSet(Word word, ReadContext context, out SctpChunkSet set)
    {
        set = word.Text.ToUpperInvariant() switch { "ALL" => SctpChunkSet.All, _ => SctpChunkSet.Empty };
        if (word.Text.ToUpperInvariant() is "ALL" or "NONE")
        {
            return true;
        }

        foreach (Word item in word.Split(','))
        {
            Word[] parts = [.. item.Split(':')];
            if (!TryReadType(parts[0], context, out (string Name, byte Type, string Flags) chunk)
                || (parts.Length > 1 && !TryReadFlags(item.From(parts[0].Text.Length + 1), chunk, context, ref set)))
            {
                return false;
            }

            set = set.With(chunk.Type);
        }

        return true;
    }

    private static bool TryReadType(Word word, ReadContext context, out (string Name, byte Type, string Flags) chunk)
    {
        chunk = SctpChunkNames.Table.FirstOrDefault(entry => entry.Name.Equals(word.Text, StringComparison.OrdinalIgnoreCase));
        if (chunk.Name is null)
        {
            IEnumerable<string> names = SctpChunkNames.Table.Select(entry => entry.Name);
            context.Diagnostics.Report(
                ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} is not a type of SCTP chunk",
                Nearest.HintOr(word.Text, names, "a comma list such as DATA,INIT; or ALL or NONE alone"), Convention.Usage($"Unknown sctp chunk `{word.Text}'"));
        }

        return chunk.Name is not null;
    }

    /// <summary>Letters of the type's flags: upper case asks that one is set, lower case that it is not.</summary>
    private static bool TryReadFlags(Word word, (string Name, byte Type, string Flags) chunk, ReadContext context, ref SctpChunkSet set)
    {
        foreach (char letter in word.Text)
        {
            int at = char.IsAsciiLetter(letter) ? chunk.Flags.IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal) : -1;
            if (at < 0)
            {
                string letters = chunk.Flags.Replace("-", "", StringComparison.Ordinal);
                context.Diagnostics.Report(
                    ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} are not flags of {chunk.Name}",
                    letters.Length == 0 ? "chunks of this type have no flags" : $"letters of {letters}, in lower case for one that is not set",
                    Convention.Usage($"Invalid flags for chunk type {chunk.Type}"));
                return false;
            }

            byte bit = (byte)(0x80 >> at);
            set = set.WithFlags(chunk.Type, bit, char.IsAsciiLetterUpper(letter) ? bit : (byte)0);
        }

        return true;
    }
}
