namespace MiniFirewall.Cli;

/// <summary>Errors and warnings, on the error stream.</summary>
internal static class Complaint
{
    /// <summary>One line: "minifw: error: WHAT; HELP".</summary>
    internal static void Write(string what) => Console.Error.WriteLine($"minifw: error: {what}");
}
