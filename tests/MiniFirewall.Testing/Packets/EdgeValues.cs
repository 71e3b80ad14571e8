using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Packets;

/// <summary>Generators of single values: mostly a rule set's edges, else anything.</summary>
internal sealed class EdgeValues
{
    private static readonly int[] UsualProtocols =
    [
        IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Udp, IpProtocol.Icmp, IpProtocol.Icmpv6,
        IpProtocol.UdpLite, IpProtocol.Sctp, IpProtocol.Dccp, IpProtocol.Esp, IpProtocol.Compression, IpProtocol.NoNextHeader, IpProtocol.Gre, 253,
    ];

    internal EdgeValues(RuleEdges edges, PacketGenOptions options, Family family, Hook hook)
    {
        Options = options;
        Family = family;
        Hook = hook;
        Address = WireAddress.Gen(Mostly([.. edges.Addresses(family)], AnyAddress(family)), family, options.Realizable);
        Port = Mostly([.. edges.Ports], Gen.Int[0, 65535]).Select(p => (ushort)p);
        Protocol = ProtocolNumber([.. edges.Protocols]);
        Length = Gen.Frequency((4, Gen.Const(0)), (1, Mostly([.. edges.Lengths], Gen.Int[20, 200]))).Select(l => Math.Min(l, options.MaxLength));
        HopLimit = WireHopLimit(Mostly([64, .. edges.HopLimits], Gen.Int[0, 255])).Select(n => (byte)n);
        Mark = options.Marked ? Mostly<uint>([0, .. edges.Marks], Gen.UInt) : Gen.Const(0u);
        TcpFlags = Mostly([(int)MiniFirewall.Packets.TcpFlags.Syn, (int)MiniFirewall.Packets.TcpFlags.Ack, .. edges.TcpFlags], Gen.Int[0, 255])
            .Select(f => (TcpFlags)f);
        TcpOption = Mostly([2, .. edges.TcpOptions], Gen.Int[0, 255]).Select(o => (byte)o);
        byte request = family == Family.IPv4 ? (byte)8 : (byte)128;
        Icmp = Mostly<(byte Type, byte Code)>([(request, 0), .. edges.Icmp], Gen.Select(Gen.Byte, Gen.Byte, (type, code) => (type, code)));
        Interfaces = InterfacePair([.. edges.Interfaces]);
    }

    internal PacketGenOptions Options { get; }

    internal Family Family { get; }

    internal Hook Hook { get; }

    internal Gen<UInt128> Address { get; }

    internal Gen<ushort> Port { get; }

    internal Gen<byte> Protocol { get; }

    /// <summary>The length a packet shall have; what is shorter than its headers means no payload.</summary>
    internal Gen<int> Length { get; }

    internal Gen<byte> HopLimit { get; }

    internal Gen<uint> Mark { get; }

    internal Gen<TcpFlags> TcpFlags { get; }

    internal Gen<byte> TcpOption { get; }

    internal Gen<(byte Type, byte Code)> Icmp { get; }

    internal Gen<(string In, string Out)> Interfaces { get; }

    private static Gen<T> Mostly<T>(T[] edges, Gen<T> any) =>
        edges.Length == 0 ? any : Gen.Frequency((5, Gen.Int[0, edges.Length - 1].Select(i => edges[i])), (1, any));

    /// <summary>Number 0 promises a hop-by-hop header, and a packet without it would not arrive.</summary>
    private Gen<byte> ProtocolNumber(int[] edges)
    {
        Gen<int> usual = Mostly(UsualProtocols, Gen.Int[Options.Realizable ? 1 : 0, 255]);
        Gen<int> number = edges.Length == 0 ? usual : Gen.OneOf(Gen.OneOf(edges), usual);
        return number.Select(n => (byte)n);
    }

    private static Gen<UInt128> AnyAddress(Family family) => family == Family.IPv4
        ? Gen.UInt.Select(a => (UInt128)a)
        : Gen.Select(Gen.ULong, Gen.ULong, (a, b) => new UInt128(a, b));

    /// <summary>ip_forward and ip6_forward answer a spent hop limit before the hook.</summary>
    private Gen<int> WireHopLimit(Gen<int> any) =>
        Options.Realizable && Hook == Hook.Forward ? any.Select(n => Math.Max(n, 2)) : any;

    private Gen<(string In, string Out)> InterfacePair(string[] names)
    {
        if (!Options.InterfacePairs.IsEmpty)
        {
            return Gen.OneOf([.. Options.InterfacePairs]);
        }

        Gen<string> name = Gen.OneOf(["eth0", .. names]);
        return Hook switch
        {
            Hook.LocalIn => name.Select(n => (n, "")),
            Hook.LocalOut => name.Select(n => ("", n)),
            _ => Gen.Select(name, name),
        };
    }
}
