using System.Diagnostics;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>What a command said and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    internal bool Killed => ExitCode == 128 + 9;
}

/// <summary>Runs commands.</summary>
internal static class Command
{
    /// <summary>Runs to the end; fails the test where the exit code is not 0.</summary>
    internal static string Run(params string[] words)
    {
        CommandResult result = Try(words);
        return result.ExitCode == 0 ? result.Output
            : throw new InvalidOperationException($"{string.Join(' ', words)}: exit code {result.ExitCode}\n{result.Output}{result.Errors}");
    }

    internal static CommandResult Try(params string[] words)
    {
        using Process process = Start(words);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result);
    }

    internal static Process Start(params string[] words) => Process.Start(new ProcessStartInfo(words[0], words[1..])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
