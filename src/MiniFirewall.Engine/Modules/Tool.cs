using System.ComponentModel;
using System.Diagnostics;

namespace MiniFirewall.Engine.Modules;

/// <summary>A program of the system's, run to its end.</summary>
internal static class Tool
{
    /// <summary>What it printed, both outputs in the order they came as far as that can be told, and its exit code.</summary>
    /// <param name="package">Where it comes from, for the error.</param>
    /// <exception cref="FirewallException">There is no such program.</exception>
    internal static (int ExitCode, string Output) Run(string program, string package, params IReadOnlyList<string> arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            throw new FirewallException(FirewallFailure.Resource, $"{program} is missing: apt-get install {package}");
        }
    }
}
