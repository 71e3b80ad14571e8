using MiniFirewall.Engine;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Cli.Safety;

/// <summary>
/// Commands of iptables that somebody types, one by one, are checked where that is in a remote session, or there are failsafe ports. Scripts
/// are not: those that close all first and open what they want then have to go on as they do with iptables.
/// </summary>
internal static class TypedCheck
{
    /// <summary>Programs between a shell and what is typed in it.</summary>
    private static readonly string[] s_between = ["sudo", "su", "doas", "env", "nice", "ip"];

    /// <summary>Whether a command can take a way from packets.</summary>
    internal static bool MayCut(RuleCommand command) => command.Kind is RuleCommandKind.Append or RuleCommandKind.Insert or RuleCommandKind.Replace
        or RuleCommandKind.Delete or RuleCommandKind.Flush or RuleCommandKind.Policy && !LockoutCheck.IsForced;

    /// <summary>The check to make; null where nobody types, or nobody from elsewhere and there is no failsafe port to be closed.</summary>
    internal static LockoutCheck? OfTyped(FirewallEngine engine) => IsTyped() && (FailsafeFile.Read().Count > 0 || RemoteSession.IsLikely()) ? new(engine) : null;

    /// <summary>The shell above is the one that leads the session at a terminal, as a login shell does and a script's does not.</summary>
    private static bool IsTyped()
    {
        int shell = ProcessTable.Ancestors().FirstOrDefault(process => !s_between.Contains(ProcessTable.NameOf(process)));
        return shell > 1 && ProcessTable.SessionOf(shell) == shell && ProcessTable.HasTerminal(shell);
    }
}
