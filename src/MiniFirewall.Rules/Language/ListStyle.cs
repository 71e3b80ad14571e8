using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Language;

/// <summary>How iptables -L shows rules.</summary>
/// <param name="IsNumeric">-n: ports, protocols and addresses as numbers.</param>
/// <param name="Names">The names of services where they are shown.</param>
public sealed record ListStyle(bool IsNumeric, NetworkNames Names);
