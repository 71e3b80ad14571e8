using System.Globalization;
using MiniFirewall.Bpf;

namespace MiniFirewall.Bench.Classify;

/// <summary>Kernel memory of the maps and programs under a directory of pins, as the kernel itself adds it up (fdinfo, "memlock").</summary>
internal static class PinnedMemory
{
    /// <summary>Bytes; what is pinned twice counts once.</summary>
    internal static long Measure(string directory)
    {
        List<IDisposable> opened = [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(Open).OfType<IDisposable>()];
        try
        {
            return Directory.EnumerateFiles("/proc/self/fdinfo").Select(Read).OfType<(string Id, long Bytes)>().DistinctBy(o => o.Id).Sum(o => o.Bytes);
        }
        finally
        {
            opened.ForEach(o => o.Dispose());
        }
    }

    private static IDisposable? Open(string path) => Path.GetFileName(path) switch
    {
        var name when name.StartsWith("link-", StringComparison.Ordinal) => null,
        var name when name.StartsWith("program-", StringComparison.Ordinal) => BpfProgram.TryOpen(path),
        _ => BpfMap.TryOpen(path),
    };

    /// <summary>Null for a descriptor that is no BPF object, or is gone.</summary>
    private static (string Id, long Bytes)? Read(string path)
    {
        Dictionary<string, string> fields;
        try
        {
            fields = File.ReadLines(path).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        }
        catch (IOException)
        {
            return null;
        }

        string? id = fields.TryGetValue("map_id", out string? map) ? $"map {map}" : fields.TryGetValue("prog_id", out string? program) ? $"program {program}" : null;
        return id is not null && fields.TryGetValue("memlock", out string? bytes) ? (id, long.Parse(bytes, CultureInfo.InvariantCulture)) : null;
    }
}
