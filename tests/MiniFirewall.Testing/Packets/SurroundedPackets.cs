using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>Packets with surroundings of every kind, from small sets of values, so that rules often meet what they ask for.</summary>
public static class SurroundedPackets
{
    private static readonly ulong[] Links = [0x0200_5e10_0001, 0x0200_5e10_0002];
    private static readonly uint[] Numbers = [0, 1, 5, 1234, 0x10005];
    private static readonly string[] Ports = ["", "left0", "right0", "a-fifteen-chars"];
    private static readonly string[] AddressesV4 = ["192.0.2.1", "198.51.100.7", "224.0.0.1", "0.0.0.0", "255.255.255.255"];
    private static readonly string[] AddressesV6 = ["2001:db8::1", "2001:db8::5eff:fe10:1", "fe80::5eff:fe10:2", "ff02::1", "::", "::ffff:192.0.2.1"];

    public static Packet Next(Random random, Family family, Hook hook)
    {
        string[] addresses = family == Family.IPv4 ? AddressesV4 : AddressesV6;
        var transport = new UdpDatagram(1000, 9);
        byte[] bytes = family == Family.IPv4
            ? IPv4Header.Between(Of(random, addresses), Of(random, addresses)).Carry(transport)
            : IPv6Header.Between(Of(random, addresses), Of(random, addresses)).Carry(transport);
        return new Packet(family, hook, bytes)
        {
            InInterface = hook == Hook.LocalOut ? "" : "eth0",
            OutInterface = hook == Hook.LocalIn ? "" : "eth1",
            LinkType = (LinkType)random.Next(6),
            Link = random.Next(4) == 0 ? null : new LinkHeader(Of(random, Links), random.Next(4) == 0 ? (ushort)0x0800 : (ushort)0x86dd),
            InGroup = Of(random, Numbers),
            OutGroup = Of(random, Numbers),
            Cpu = Of(random, Numbers),
            Realm = Of(random, Numbers),
            Socket = random.Next(4) == 0 ? null : Socket(random),
            Bridge = random.Next(3) == 0 ? null : new BridgePorts(Of(random, Ports), Of(random, Ports)),
            IpsecPath = random.Next(4) == 0 ? null : States(random, family),
            IpsecRoute = States(random, family),
            SourceTypes = Types(random),
            DestinationTypes = Types(random),
        };
    }

    private static ImmutableArray<IpsecState> States(Random random, Family family) => [.. Enumerable.Range(0, random.Next(3) == 0 ? random.Next(IpsecState.Most + 1) : random.Next(3)).Select(_ =>
        new IpsecState(Of(random, Numbers), Of(random, Numbers), random.Next(2) == 0 ? (byte)50 : (byte)51, (byte)random.Next(3), End(random, family), End(random, family)))];

    private static UInt128 End(Random random, Family family) => AddressText.Parse(family, Of(random, family == Family.IPv4 ? AddressesV4 : AddressesV6));

    private static PacketSocket Socket(Random random) => new()
    {
        Class = Of(random, Numbers),
        Owner = random.Next(4) == 0 ? null : new SocketOwner(Of(random, Numbers), Of(random, Numbers))
        {
            Groups = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Of(random, Numbers))],
        },
        Cgroups = [.. Enumerable.Range(0, random.Next(PacketSocket.MostLevels)).Select(level => (ulong)((level * 10) + random.Next(2) + 1))],
    };

    private static AddressTypes Types(Random random) => new(Type(random), Type(random), Type(random));

    private static AddressType Type(Random random) => (AddressType)random.Next(1, 6);

    private static T Of<T>(Random random, T[] values) => values[random.Next(values.Length)];
}
