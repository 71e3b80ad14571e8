using System.Globalization;
using System.IO.Compression;

namespace MiniFirewall.Testing.ClassBench;

/// <summary>
/// Reads ClassBench's files, gzipped or not. Filter: "@src/len dst/len low : high low : high proto/mask flags/mask", tabs between;
/// flags are passed over, as the traces do. Trace: "source destination sport dport proto first_match", decimal.
/// </summary>
public sealed class ClassBenchFile
{
    private readonly string _rules, _trace;

    private ClassBenchFile(string folder, string name)
    {
        Name = name;
        _rules = Existing(folder, name + ".rules");
        _trace = Existing(folder, name + ".trace");
    }

    /// <summary>Family and size, such as acl1_1k.</summary>
    public string Name { get; }

    /// <summary>All rule sets of a folder that have a trace, in the order of their names.</summary>
    public static IReadOnlyList<ClassBenchFile> AllOf(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.rules*").Select(file => Path.GetFileName(file).Split('.')[0])
            .Order(StringComparer.Ordinal).Select(name => new ClassBenchFile(folder, name)),
    ];

    public IReadOnlyList<FilterLine> ReadFilters() => [.. Lines(_rules).Select(ParseFilter)];

    public IReadOnlyList<TraceLine> ReadTrace() => [.. Lines(_trace).Select(ParseTrace)];

    private static string Existing(string folder, string name)
    {
        string plain = Path.Combine(folder, name);
        return File.Exists(plain) ? plain : plain + ".gz";
    }

    private static IEnumerable<string> Lines(string file)
    {
        using Stream raw = File.OpenRead(file);
        using Stream content = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        using var reader = new StreamReader(content);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    private static FilterLine ParseFilter(string line)
    {
        string[] columns = line.TrimStart('@').Split('\t');
        string[] protocol = columns[4].Split('/');
        bool any = Hex(protocol[1]) == 0;
        return new(ParsePrefix(columns[0]), ParsePrefix(columns[1]), ParsePorts(columns[2]), ParsePorts(columns[3]), any ? null : Hex(protocol[0]));
    }

    private static Prefix ParsePrefix(string text)
    {
        string[] parts = text.Split('/');
        uint address = parts[0].Split('.').Aggregate(0u, (sum, part) => (sum << 8) | byte.Parse(part, CultureInfo.InvariantCulture));
        int length = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return new(length == 0 ? 0 : address & (uint.MaxValue << (32 - length)), length);
    }

    private static PortSpan ParsePorts(string text)
    {
        string[] ends = text.Split(" : ");
        return new(ushort.Parse(ends[0], CultureInfo.InvariantCulture), ushort.Parse(ends[1], CultureInfo.InvariantCulture));
    }

    private static byte Hex(string text) => Convert.ToByte(text, 16);

    private static TraceLine ParseTrace(string line)
    {
        uint[] numbers = [.. line.Split('\t', StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse)];
        return new(numbers[0], numbers[1], (ushort)numbers[2], (ushort)numbers[3], (byte)numbers[4], (int)numbers[5]);
    }
}
