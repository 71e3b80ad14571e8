using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>Which packets a rule of an entry is about, as words of the rule language; null asks nothing.</summary>
internal sealed record Selector(
    FamilySet Families, string? From, string? To, string? InInterface, string? OutInterface, string? Protocol, string? FromPorts, string? ToPorts)
{
    internal static Selector Of(Intent intent, PortItem item) => new(
        FamilySet.Both, intent.From, intent.To, intent.InInterface, intent.OutInterface, item.Protocol, item.FromPorts, item.ToPorts);

    /// <summary>Asks nothing.</summary>
    internal static Selector Nothing { get; } = new(FamilySet.Both, null, null, null, null, null, null, null);

    internal PortItem Item => new(Protocol, FromPorts, ToPorts);

    /// <summary>As words of a rule.</summary>
    internal IEnumerable<string> Words()
    {
        (string Option, string? Value)[] options = [("-s", From), ("-d", To), ("-i", InInterface), ("-o", OutInterface), ("-p", Protocol)];
        IEnumerable<string> words = options.Where(option => option.Value is not null).SelectMany(option => new[] { option.Option, option.Value! });
        return words.Concat(Ports("sport", FromPorts)).Concat(Ports("dport", ToPorts));
    }

    /// <summary>
    /// What a rule without extensions and target asks; null where it asks what no entry does. The canonical text says it: the words
    /// of such a rule have no blanks in them.
    /// </summary>
    internal static Selector? Read(Rule bare)
    {
        var read = new Selector(bare.Families, null, null, null, null, null, null, null);
        string[] words = bare.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 1 < words.Length; i += 2)
        {
            string value = words[i + 1];
            Selector? next = words[i] switch
            {
                "-s" when read.From is null => read with { From = WithoutWholePrefix(value) },
                "-d" when read.To is null => read with { To = WithoutWholePrefix(value) },
                "-i" => read with { InInterface = value },
                "-o" => read with { OutInterface = value },
                "-p" => read with { Protocol = value },
                "-m" when value is "tcp" or "udp" or "multiport" => read,
                "--sport" or "--sports" when read.FromPorts is null => read with { FromPorts = value },
                "--dport" or "--dports" when read.ToPorts is null => read with { ToPorts = value },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            read = next;
        }

        return words.Length % 2 == 0 ? read : null;
    }

    private static IEnumerable<string> Ports(string option, string? ports) => ports is null ? []
        : ports.Contains(',', StringComparison.Ordinal) ? ["-m", "multiport", $"--{option}s", ports] : [$"--{option}", ports];

    private static string WithoutWholePrefix(string address) =>
        address.EndsWith("/32", StringComparison.Ordinal) && !address.Contains(':', StringComparison.Ordinal) ? address[..^3]
        : address.EndsWith("/128", StringComparison.Ordinal) ? address[..^4] : address;
}
