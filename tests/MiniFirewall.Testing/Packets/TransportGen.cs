using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>What the packets carry.</summary>
internal static class TransportGen
{
    private static readonly Gen<ImmutableArray<byte>> Payload =
        Gen.Frequency((3, Gen.Const(0)), (2, Gen.Int[1, 40])).SelectMany(n => Gen.Byte.Array[n]).Select(b => b.ToImmutableArray());

    internal static Gen<Transport> For(EdgeValues values)
    {
        var kinds = new Dictionary<byte, Gen<Transport>>
        {
            [IpProtocol.Tcp] = Tcp(values),
            [IpProtocol.Udp] = Ports<UdpDatagram>(values, (s, d) => new(s, d)),
            [IpProtocol.UdpLite] = Ports<UdpLiteDatagram>(values, (s, d) => new(s, d)),
            [IpProtocol.Icmp] = values.Icmp.Select(i => (Transport)new IcmpMessage(i.Type, i.Code)),
            [IpProtocol.Icmpv6] = values.Icmp.Select(i => (Transport)new Icmpv6Message(i.Type, i.Code)),
        };
        foreach ((byte protocol, Gen<Transport> kind) in HeaderTransportGen.For(values))
        {
            kinds.Add(protocol, kind);
        }

        Gen<Transport> headers = values.Protocol.SelectMany(protocol =>
            kinds.TryGetValue(protocol, out Gen<Transport>? kind) ? kind : Gen.Const<Transport>(new RawTransport(protocol)));
        return Gen.Select(headers, Payload, (transport, payload) => transport with { Payload = transport.Payload.AddRange(payload) });
    }

    private static Gen<Transport> Ports<T>(EdgeValues values, Func<ushort, ushort, T> make)
        where T : Transport => Gen.Select(values.Port, values.Port, (s, d) => (Transport)make(s, d));

    private static Gen<Transport> Tcp(EdgeValues values)
    {
        Gen<byte?> dataOffset = Gen.Frequency((6, Gen.Const((byte?)null)), (1, Gen.Int[0, 15].Select(n => (byte?)n)));
        return Gen.Select(values.Port, values.Port, values.TcpFlags, Options(values), dataOffset, (s, d, flags, options, offset) =>
            (Transport)new TcpSegment(s, d) { Flags = flags, Options = options, DataOffset = offset });
    }

    /// <summary>None, well-formed ones of wanted kinds, or any bytes; 40 bytes at most.</summary>
    private static Gen<ImmutableArray<byte>> Options(EdgeValues values)
    {
        Gen<byte[]> one = Gen.Select(values.TcpOption, Gen.Int[0, 8], (kind, length) =>
            kind < 2 ? [kind] : new byte[] { kind, (byte)(length + 2) }.Concat(Enumerable.Repeat((byte)2, length)).ToArray());
        Gen<byte[]> oddLength = Gen.Select(values.TcpOption, Gen.Byte, (kind, length) => new[] { kind, length });
        return Gen.Frequency(
            (4, Gen.Const(Array.Empty<byte>())),
            (4, one.Array[1, 4].Select(options => options.SelectMany(o => o).ToArray())),
            (1, Gen.Select(one, oddLength, one, (a, b, c) => a.Concat(b).Concat(c).ToArray())),
            (1, Gen.Byte.Array[0, 40]))
            .Select(bytes => bytes.Take(40).ToImmutableArray());
    }
}
