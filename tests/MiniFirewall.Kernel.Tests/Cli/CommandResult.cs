using System.Diagnostics;
using MiniFirewall.Kernel.Tests.Differential;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>How a command ended and what it said.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal static CommandResult Of(string program, IReadOnlyList<string> arguments, string input = "", TimeSpan? limit = null)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string command = $"{program} {string.Join(' ', arguments)}";
        if (!process.WaitForExit((limit ?? Limit) * Budget.Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} did not end");
        }

        return new(command, process.ExitCode, output.Result, error.Result);
    }

    internal static Process Start(string program, IReadOnlyList<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>The output of a command that did what was asked and complained of nothing.</summary>
    internal string Succeeded()
    {
        Assert.True(ExitCode == 0 && Error.Length == 0, $"{Command}: exit code {ExitCode}: {Error}");
        return Output;
    }

    /// <summary>The error text of a command that ended with this exit code and printed nothing else.</summary>
    internal string FailedWith(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"{Command}: exit code {ExitCode}, not {exitCode}: {Error}{Output}");
        Assert.Empty(Output);
        return Error;
    }
}
