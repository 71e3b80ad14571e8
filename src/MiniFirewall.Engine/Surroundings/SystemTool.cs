using System.ComponentModel;
using System.Diagnostics;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>Runs a program of the system that only prints something.</summary>
internal static class SystemTool
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly string[] Directories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    internal static bool Has(string program) => PathOf(program) is not null;

    /// <summary>What it prints; null where it is not installed, fails, or does not end.</summary>
    internal static string? TryRun(string program, params string[] arguments)
    {
        if (PathOf(program) is not { } path)
        {
            return null;
        }

        try
        {
            using Process process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                return null;
            }

            _ = error.Result;
            return process.ExitCode == 0 ? output.Result : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Its place, unless that is a link to this program.</summary>
    private static string? PathOf(string program)
    {
        string? found = Directories.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
        return found is not null && File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName is { } target && target == Environment.ProcessPath ? null : found;
    }
}
