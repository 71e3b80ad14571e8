namespace MiniFirewall.Cli.Verbs;

/// <summary>ufw has --dry-run before the verb; so may minifw.</summary>
internal static class DryRunFirst
{
    /// <summary>The arguments with it behind all others.</summary>
    internal static string[] Moved(string[] arguments) => arguments is ["--dry-run", { Length: > 0 } verb, ..] && verb[0] != '-' ? [.. arguments[1..], "--dry-run"] : arguments;
}
