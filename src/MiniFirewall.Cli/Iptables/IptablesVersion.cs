namespace MiniFirewall.Cli.Iptables;

/// <summary>The version of iptables whose command line this is: scripts look for it, and choose options by it.</summary>
internal static class IptablesVersion
{
    /// <summary>As upstream's "1.8.9 (legacy)".</summary>
    internal const string Text = "1.8.9 (miniFirewall)";

    /// <summary>The beginning of a message: "iptables v1.8.9 (miniFirewall)".</summary>
    internal static string Of(string program) => $"{program} v{Text}";
}
