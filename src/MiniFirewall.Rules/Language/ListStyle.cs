using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Language;

/// <summary>How iptables -L shows rules.</summary>
/// <param name="IsNumeric">-n: ports, protocols and addresses as numbers.</param>
/// <param name="Names">The names of services where they are shown.</param>
public sealed record ListStyle(bool IsNumeric, NetworkNames Names)
{
    /// <summary>The protocol of the rule that is shown, not negated; null where it asks for none. It says which services' names ports have.</summary>
    public byte? Protocol { get; init; }

    /// <summary>A port's number, or the name of its service where names are shown and the protocol has one (getservbyport).</summary>
    internal string Port(ushort port, string protocol) => IsNumeric ? $"{port}" : Names.ServiceOf(port, protocol) ?? $"{port}";

    /// <summary>"22" or "1:5".</summary>
    internal string Ports(NumberRange ports, string protocol) => ports.Low == ports.High
        ? Port(ports.Low, protocol)
        : $"{Port(ports.Low, protocol)}:{Port(ports.High, protocol)}";
}
