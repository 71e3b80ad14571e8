using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>One family's filter table.</summary>
/// <param name="Text">As iptables-save writes it, without counters.</param>
internal sealed record FilterTable(Family Family, string Text)
{
    /// <summary>A table of these lines (":CHAIN POLICY" and "-A CHAIN ..."); policies left out are ACCEPT.</summary>
    internal static FilterTable Of(Family family, IEnumerable<string> lines)
    {
        string[] given = [.. lines.Where(line => line.Length > 0)];
        IEnumerable<string> policies = new[] { ":INPUT ", ":FORWARD ", ":OUTPUT " }
            .Where(chain => !given.Any(line => line.StartsWith(chain, StringComparison.Ordinal)))
            .Select(chain => chain + "ACCEPT");
        return new(family, $"*filter\n{string.Concat(policies.Concat(given).Select(line => line + "\n"))}COMMIT\n");
    }
}
