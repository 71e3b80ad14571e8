namespace MiniFirewall.Cli;

/// <summary>Errors and warnings, on the error stream.</summary>
internal static class Complaint
{
    /// <summary>One line: "minifw: error: WHAT; HELP".</summary>
    internal static void Write(string what) => Console.Error.WriteLine($"minifw: error: {what}");

    /// <summary>One line about what does not stop the command: "minifw: warning: WHAT; HELP".</summary>
    internal static void Warn(string what) => Console.Error.WriteLine($"minifw: warning: {what}");
}
