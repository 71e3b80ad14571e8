using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MiniFirewall.Kernel.Tests.Sys;

/// <summary>Asks gcc where the system's linux/bpf.h puts fields.</summary>
internal static partial class CCompiler
{
    public static bool IsThere => File.Exists("/usr/bin/gcc");

    /// <summary>Those that the header has: gcc complains of each of the others by its line.</summary>
    public static List<Field> FieldsInHeaders(List<Field> fields)
    {
        (int exit, string complaints, _) = Compile(Program(fields));
        HashSet<int> missing = [.. Complaint().Matches(complaints).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        return exit == 0 ? fields : [.. fields.Where((_, line) => !missing.Contains(line + 1))];
    }

    public static Dictionary<string, (int Offset, int Size)> Measure(List<Field> fields)
    {
        (int exit, string complaints, string output) = Compile(Program(fields));
        return exit == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|')).ToDictionary(
                parts => parts[0],
                parts => (int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture)))
            : throw new InvalidOperationException(complaints);
    }

    /// <summary>The first field stands in line 1.</summary>
    private static string Program(List<Field> fields)
    {
        string start(Field f) => f.Prefix.Length == 0 ? "0" : $"offsetof({f.Type}, {f.Prefix.TrimEnd('.')})";
        string line(Field f) =>
            $"printf(\"{f.Path}|%zu|%zu\\n\", offsetof({f.Type}, {f.Prefix}{f.Name}) - {start(f)}, sizeof((({f.Type} *)0)->{f.Prefix}{f.Name}));";
        return $"#include <stdio.h>\n#include <stddef.h>\n#include <linux/bpf.h>\nint main(void) {{\n#line 1\n{string.Join('\n', fields.Select(line))}\nreturn 0; }}\n";
    }

    private static (int Exit, string Complaints, string Output) Compile(string program)
    {
        string directory = Directory.CreateTempSubdirectory("minifw-layout-").FullName;
        try
        {
            string source = Path.Combine(directory, "layout.c");
            string binary = Path.Combine(directory, "layout");
            File.WriteAllText(source, program);
            (int exit, string complaints) = Run("gcc", ["-o", binary, source]);
            return exit == 0 ? (0, "", Run(binary, []).Output) : (exit, complaints, "");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static (int Exit, string Output) Run(string command, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    [GeneratedRegex(@"layout\.c:(\d+):\d+: error: .*has no member named", RegexOptions.Multiline)]
    private static partial Regex Complaint();
}
