using System.Globalization;
using System.IO.Hashing;
using System.Text;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Engine.Persistence;

/// <summary>
/// A rule set of the history as a file: a rule file whose first lines are comments that say what it is. The last of them has the hash
/// (XXH128) of all the rest, so that a damaged file is known.
/// </summary>
internal static class KeptRulesFile
{
    private const string Prefix = "set-", Suffix = ".rules", First = "# minifw rule set ";
    private const string When = "when", Who = "who", How = "how", Why = "why", Restores = "restores", IsOff = "off", Name = "name", Hash = "hash";

    /// <summary>What stands before the hash, from the end of the line before it on.</summary>
    private static ReadOnlySpan<byte> MarkOfHash => "\n# hash: "u8;

    /// <summary>Name of the file; its last digits sort as the numbers do.</summary>
    internal static string NameOf(int number) => $"{Prefix}{number.ToString("D8", CultureInfo.InvariantCulture)}{Suffix}";

    /// <summary>The number that a file's name says; null for other names.</summary>
    internal static int? NumberOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        && int.TryParse(name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;

    internal static byte[] Encode(KeptRules rules)
    {
        var head = new StringBuilder($"{First}{rules.Number.ToString(CultureInfo.InvariantCulture)}\n");
        Add(head, When, rules.When.ToString("O", CultureInfo.InvariantCulture));
        Add(head, Who, rules.Note.Who);
        Add(head, How, rules.Note.How);
        Add(head, Why, rules.Note.Why);
        Add(head, Restores, rules.Restores?.ToString(CultureInfo.InvariantCulture) ?? "");
        Add(head, IsOff, rules.IsOff ? "yes" : "");
        foreach (string line in rules.Names.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Add(head, Name, line);
        }

        byte[] first = Encoding.UTF8.GetBytes(head.ToString()), text = Encoding.UTF8.GetBytes(rules.Text ?? "");
        return [.. first, .. Encoding.UTF8.GetBytes($"# {Hash}: {HashOf(first, text)}\n"), .. text];
    }

    /// <summary>Null where the file is damaged, or of another number than its name says.</summary>
    internal static KeptRules? TryDecode(int number, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = MarkOfHash;
        int hashAt = bytes.IndexOf(mark) + 1;
        int hashLength = hashAt > 0 ? bytes[hashAt..].IndexOf((byte)'\n') : -1;
        if (hashLength < 0 || !bytes.StartsWith(Encoding.UTF8.GetBytes($"{First}{number.ToString(CultureInfo.InvariantCulture)}\n")))
        {
            return null;
        }

        ReadOnlySpan<byte> head = bytes[..hashAt], text = bytes[(hashAt + hashLength + 1)..];
        string hash = Encoding.UTF8.GetString(bytes.Slice(hashAt, hashLength)[(mark.Length - 1)..]);
        return hash == HashOf(head, text) ? Decode(number, Encoding.UTF8.GetString(head), Encoding.UTF8.GetString(text)) : null;
    }

    private static KeptRules? Decode(int number, string head, string text)
    {
        ILookup<string, string> fields = head.Split('\n').Skip(1).Select(line => line.Split(": ", 2)).Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0].TrimStart('#', ' '), parts => parts[1]);
        string Field(string name) => fields[name].FirstOrDefault() ?? "";
        return DateTimeOffset.TryParse(Field(When), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset when)
            ? new(
                number,
                when,
                new ChangeNote(Field(How), Field(Why), Field(Who)),
                int.TryParse(Field(Restores), NumberStyles.None, CultureInfo.InvariantCulture, out int restores) ? restores : null,
                Field(IsOff).Length > 0 ? null : text,
                NameTable.Parse(string.Join('\n', fields[Name])))
            : null;
    }

    private static void Add(StringBuilder head, string name, string value)
    {
        if (value.Length > 0)
        {
            head.Append($"# {name}: {value}\n");
        }
    }

    private static string HashOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> text)
    {
        var hash = new XxHash128();
        hash.Append(head);
        hash.Append(text);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
