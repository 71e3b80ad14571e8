namespace MiniFirewall.Cli.Output;

/// <summary>Numbers of rules in sentences.</summary>
internal static class Counted
{
    internal static string Rules(int count) => count == 1 ? "1 rule" : $"{count} rules";

    /// <param name="one">The verb behind one rule.</param>
    /// <param name="many">The verb behind several, or none.</param>
    internal static string Rules(int count, string one, string many) => $"{Rules(count)} {(count == 1 ? one : many)}";
}
