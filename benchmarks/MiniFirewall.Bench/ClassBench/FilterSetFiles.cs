using System.Globalization;
using System.IO.Compression;
using System.Net;

namespace MiniFirewall.Bench.ClassBench;

/// <summary>
/// A directory of ClassBench files, FAMILY_SIZE.rules and FAMILY_SIZE.trace, each also with .gz. A rule is
/// "@src/len dst/len lo : hi lo : hi proto/mask flags/mask" between tabs, a header "src dst sport dport proto first-match",
/// all decimal; line 0 has the highest priority.
/// </summary>
internal sealed class FilterSetFiles(string directory)
{
    internal string Directory => directory;

    internal bool Exists => System.IO.Directory.Exists(directory);

    /// <summary>The families that have a file, in order of their names.</summary>
    internal IReadOnlyList<string> Families =>
        [.. System.IO.Directory.EnumerateFiles(directory, "*_*.rules*").Select(path => Path.GetFileName(path).Split('_')[0]).Distinct().Order()];

    /// <summary>Null where a file of the set is missing.</summary>
    internal FilterSet? TryRead(string family, string size)
    {
        if (FindRules(family, size) is not { } rules || Find($"{family}_{size}.trace") is not { } trace)
        {
            return null;
        }

        return new(family, size, [.. Lines(rules).Select(ParseRule)], ParseTrace(Lines(trace)));
    }

    /// <summary>The path of a set's rules; null where there is none.</summary>
    internal string? FindRules(string family, string size) => Find($"{family}_{size}.rules");

    private string? Find(string name) => new[] { name, name + ".gz" }.Select(file => Path.Combine(directory, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Lines(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(plain);
        while (reader.ReadLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return line;
            }
        }
    }

    private static FilterRule ParseRule(string line)
    {
        string[] columns = line.TrimStart('@').Split('\t', StringSplitOptions.TrimEntries);
        var rule = new FilterRule(
            ParsePrefix(columns[0]), ParsePrefix(columns[1]), ParseRange(columns[2]), ParseRange(columns[3]), ParseProtocol(columns[4]));
        return rule.HasPorts || (rule.SourcePorts.IsAll && rule.DestinationPorts.IsAll)
            ? rule
            : throw new FormatException($"no iptables rule says this: ports of a protocol that has none here: {line}");
    }

    private static Prefix ParsePrefix(string text)
    {
        string[] parts = text.Split('/');
        byte[] bytes = IPAddress.Parse(parts[0]).GetAddressBytes();
        var prefix = new Prefix(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes), int.Parse(parts[1]));
        return prefix with { Address = prefix.Address & prefix.Mask };
    }

    private static PortRange ParseRange(string text)
    {
        string[] parts = text.Split(':');
        return new(ushort.Parse(parts[0]), ushort.Parse(parts[1]));
    }

    private static byte? ParseProtocol(string text)
    {
        string[] parts = text.Split('/');
        return Hexadecimal(parts[1]) == 0 ? null : Hexadecimal(parts[0]);
    }

    private static byte Hexadecimal(string text) => byte.Parse(text.AsSpan(2), NumberStyles.HexNumber);

    private static HeaderTrace ParseTrace(IEnumerable<string> lines)
    {
        var headers = new List<FilterHeader>();
        var first = new List<int>();
        foreach (string[] columns in lines.Select(line => line.Split('\t')))
        {
            headers.Add(new(uint.Parse(columns[0]), uint.Parse(columns[1]), ushort.Parse(columns[2]), ushort.Parse(columns[3]), byte.Parse(columns[4])));
            first.Add(int.Parse(columns[5]));
        }

        return new([.. headers], [.. first]);
    }
}
