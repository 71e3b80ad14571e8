using System.Reflection;

namespace MiniFirewall.Cli.Iptables;

/// <summary>What the programs of iptables' names say of themselves; scripts look for "v1.8".</summary>
internal static class IptablesVersion
{
    /// <summary>The iptables whose texts these are, and the minifw that it is.</summary>
    internal static string Text { get; } = $"v1.8.9 (miniFirewall {Own()})";

    private static string Own() =>
        typeof(IptablesVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
