using System.Diagnostics;

namespace MiniFirewall.Bench;

/// <summary>Runs other programs; a failure ends the benchmark with what they said.</summary>
internal static class Tool
{
    /// <summary>The binary under test: MINIFW_BINARY, or artifacts/minifw of the current directory.</summary>
    internal static string Minifw => Environment.GetEnvironmentVariable("MINIFW_BINARY") ?? Path.GetFullPath("artifacts/minifw");

    internal static void Run(string file, params string[] arguments) => RunWithInput(null, file, arguments);

    internal static void RunWithInput(string? input, string file, params string[] arguments)
    {
        using Process process = Start(input, file, arguments);
        if (process.ExitCode != 0)
        {
            throw new ToolException($"{file} {string.Join(' ', arguments)}", process.StandardError.ReadToEnd());
        }
    }

    /// <summary>What it says on its standard output.</summary>
    internal static string Read(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new ToolException($"{file} {string.Join(' ', arguments)}", output);
    }

    /// <summary>Wall time of a whole process that must succeed.</summary>
    internal static TimeSpan Time(string file, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        Run(file, arguments);
        return Stopwatch.GetElapsedTime(start);
    }

    private static Process Start(string? input, string file, string[] arguments)
    {
        var process = new Process
        {
            StartInfo = new(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true },
        };
        process.Start();
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.StandardInput.Write(input ?? "");
        process.StandardInput.Close();
        process.WaitForExit();
        return process;
    }
}
