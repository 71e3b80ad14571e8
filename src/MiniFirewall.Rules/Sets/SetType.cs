using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Rules.Sets;

/// <summary>What one dimension of a set's elements is.</summary>
public enum SetPart
{
    /// <summary>A whole address.</summary>
    Address,

    /// <summary>An address with a prefix length.</summary>
    Network,

    /// <summary>A port with its protocol, or a type and code of ICMP.</summary>
    Port,

    /// <summary>A port of TCP or UDP.</summary>
    PlainPort,
}

/// <summary>A type of sets, by ipset's name for it.</summary>
public sealed record SetType(string Name, ImmutableArray<SetPart> Parts)
{
    private static readonly string[] Foreign =
    [
        "bitmap:ip", "bitmap:ip,mac", "hash:ip,mac", "hash:ip,mark", "hash:mac", "hash:net,iface", "list:set",
    ];

    /// <summary>Addresses and networks: what a set without a type is of.</summary>
    public static SetType Networks { get; } = new("hash:net", [SetPart.Network]);

    public static ImmutableArray<SetType> All { get; } =
    [
        new("hash:ip", [SetPart.Address]),
        Networks,
        new("hash:ip,port", [SetPart.Address, SetPart.Port]),
        new("hash:net,port", [SetPart.Network, SetPart.Port]),
        new("hash:net,net", [SetPart.Network, SetPart.Network]),
        new("hash:net,port,net", [SetPart.Network, SetPart.Port, SetPart.Network]),
        new("hash:ip,port,ip", [SetPart.Address, SetPart.Port, SetPart.Address]),
        new("hash:ip,port,net", [SetPart.Address, SetPart.Port, SetPart.Network]),
        new("bitmap:port", [SetPart.PlainPort]),
    ];

    /// <summary>The elements' shape for look-ups.</summary>
    public SetShape Shape { get; } = new(
        Parts.Count(part => part is SetPart.Address or SetPart.Network),
        Parts.Contains(SetPart.Port) ? SetPort.WithProtocol : Parts.Contains(SetPart.PlainPort) ? SetPort.TcpOrUdp : SetPort.None);

    /// <summary>Elements may say "nomatch".</summary>
    public bool HasNetworks => Parts.Contains(SetPart.Network);

    public static SetType? Find(string name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>A type of ipset's that is known and not taken.</summary>
    internal static bool IsForeign(string name) => Foreign.Contains(name);

    public bool Equals(SetType? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
