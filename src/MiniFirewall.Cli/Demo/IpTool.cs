using System.ComponentModel;
using System.Diagnostics;

namespace MiniFirewall.Cli.Demo;

/// <summary>iproute2's ip, which makes the sandbox's namespaces and links.</summary>
internal static class IpTool
{
    /// <summary>Runs a list of ip commands in one process, inside <paramref name="networkNamespace"/> where one is named.</summary>
    /// <exception cref="DemoException">ip is missing, or one of the commands failed.</exception>
    internal static void Batch(string? networkNamespace, IEnumerable<string> commands)
    {
        string[] inside = networkNamespace is null ? [] : ["-n", networkNamespace];
        ChildResult result = Run([.. inside, "-batch", "-"], string.Join('\n', commands) + "\n");
        if (result.ExitCode != 0)
        {
            throw new DemoException($"ip could not build the sandbox: {result.Error.Trim()}");
        }
    }

    /// <summary>Runs one ip command; the caller judges its exit code.</summary>
    internal static ChildResult Run(IReadOnlyList<string> arguments, string input = "")
    {
        try
        {
            return ChildResult.Of("ip", arguments, input);
        }
        catch (Win32Exception)
        {
            throw new DemoException("the demo needs the command ip, to make its network namespaces: apt-get install iproute2");
        }
    }
}

/// <summary>What a child process said and how it ended.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Error)
{
    internal static ChildResult Of(string program, IReadOnlyList<string> arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new DemoException($"{program} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        WriteInput(process, input);
        process.WaitForExit();
        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    private static void WriteInput(Process process, string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The child ended before it read everything; its exit code tells why.
        }
    }
}
