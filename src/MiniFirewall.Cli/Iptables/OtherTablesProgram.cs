using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace MiniFirewall.Cli.Iptables;

/// <summary>
/// A program of the system's own iptables. It is looked for in /usr/sbin, /sbin, /usr/local/sbin and PATH, never among links to
/// minifw; MINIFW_SYSTEM_IPTABLES names another one (its iptables, or its multi-call binary), or is "none".
/// </summary>
internal sealed class OtherTablesProgram
{
    internal const string Variable = "MINIFW_SYSTEM_IPTABLES";
    private static readonly string[] Suffixes = ["-save", "-restore"];

    /// <summary>The system's own choice first; where that is minifw, what it can have beside.</summary>
    private static readonly string[] Variants = ["", "-nft", "-legacy"];
    private readonly string[] _firstWords;

    private OtherTablesProgram(string path, params string[] firstWords)
    {
        Path = path;
        _firstWords = firstWords;
    }

    internal string Path { get; }

    /// <summary>The system's program of iptables' name, such as ip6tables-save; null where there is none.</summary>
    internal static OtherTablesProgram? Find(string name) => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" => Search(name),
        "none" => null,
        { } named => Beside(named, name),
    };

    /// <summary>Runs it with this process's own streams, but for the input where one is given; the result is its exit code.</summary>
    internal int Run(IEnumerable<string> arguments, ReadOnlyMemory<byte>? input = null)
    {
        using Process process = Start(arguments, start => start.RedirectStandardInput = input is not null);
        if (input is { } text)
        {
            WriteInput(process, text);
        }

        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs it and gives its output to a reader; the result is its exit code.</summary>
    internal int Read(IEnumerable<string> arguments, Action<Stream> reader)
    {
        using Process process = Start(arguments, start => start.RedirectStandardOutput = true);
        reader(process.StandardOutput.BaseStream);
        process.WaitForExit();
        return process.ExitCode;
    }

    private Process Start(IEnumerable<string> arguments, Action<ProcessStartInfo> prepare)
    {
        var start = new ProcessStartInfo(Path, [.. _firstWords, .. arguments]);

        // A copy of minifw by that name must not look for the next one.
        start.Environment[Variable] = "none";
        prepare(start);
        return Process.Start(start) ?? throw new InvalidOperationException($"{Path} did not start");
    }

    private static void WriteInput(Process process, ReadOnlyMemory<byte> text)
    {
        try
        {
            process.StandardInput.BaseStream.Write(text.Span);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit code tells why.
        }
    }

    private static OtherTablesProgram? Search(string name)
    {
        string[] folders = ["/usr/sbin", "/sbin", "/usr/local/sbin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')];
        string? path = Variants
            .SelectMany(variant => folders.Where(folder => folder.StartsWith('/')).Select(folder => System.IO.Path.Combine(folder, WithVariant(name, variant))))
            .FirstOrDefault(path => File.Exists(path) && !IsOurselves(path));
        return path is null ? null : new OtherTablesProgram(path);
    }

    /// <summary>By the name that the kernel gives an open file: folders may be links too, such as /sbin.</summary>
    private static bool IsOurselves(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            return new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget == Environment.ProcessPath;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The program of that name that belongs to a named one.</summary>
    private static OtherTablesProgram? Beside(string named, string name)
    {
        string file = System.IO.Path.GetFileName(named);
        if (file.Contains("multi", StringComparison.Ordinal))
        {
            return File.Exists(named) ? new OtherTablesProgram(named, name) : null;
        }

        string variant = Suffixes.Aggregate(file, (text, suffix) => text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text)
            .Replace("ip6tables", "", StringComparison.Ordinal).Replace("iptables", "", StringComparison.Ordinal);
        string path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(named) ?? "", WithVariant(name, variant));
        return File.Exists(path) ? new OtherTablesProgram(path) : null;
    }

    /// <summary>iptables-save and -nft: iptables-nft-save.</summary>
    private static string WithVariant(string name, string variant)
    {
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? name + variant : name[..dash] + variant + name[dash..];
    }
}
