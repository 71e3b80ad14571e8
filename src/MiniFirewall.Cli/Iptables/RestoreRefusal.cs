using MiniFirewall.Rules.Language;

namespace MiniFirewall.Cli.Iptables;

/// <summary>The restore text cannot take the place of the rules in force.</summary>
internal sealed class RestoreRefusal(RestoreError error) : Exception($"line {error.Line}")
{
    internal RestoreError Error { get; } = error;
}
