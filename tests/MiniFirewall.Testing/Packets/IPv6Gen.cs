using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>IPv6 packets with extension headers in any order.</summary>
internal static class IPv6Gen
{
    private const byte HopByHop = 0, Routing = 43, Fragment = 44, DestinationOptions = 60;

    internal static Gen<byte[]> For(EdgeValues values) =>
        Gen.Select(Header(values), Chain(values), TransportGen.For(values), values.Length, Damage.Gen(values.Options.Realizable), Make(values));

    private static Func<IPv6Header, IPv6Extension[], Transport, int, Damage, byte[]> Make(EdgeValues values) =>
        (header, chain, transport, length, damage) =>
        {
            IPv6Header extended = header with { Extensions = [.. chain] };
            bool isLater = chain.Any(e => e is FragmentExtension { Offset: > 0 });
            Transport carried = isLater ? new RawTransport(transport.Protocol) { Payload = transport.Payload } : transport;
            byte[] bytes = Sizing.Make(extended.Carry, carried, length);
            return damage.Apply(Family.IPv6, bytes, Keep(values, bytes));
        };

    /// <summary>The kernel reads a hop-by-hop header that comes first on arrival, so on a wire it stays whole.</summary>
    private static int Keep(EdgeValues values, byte[] bytes) =>
        values.Options.Realizable && bytes[6] == HopByHop && bytes.Length > 41 ? Math.Min(40 + (bytes[41] + 1) * 8, bytes.Length) : 40;

    private static Gen<IPv6Header> Header(EdgeValues values)
    {
        // A chain that promises one more header and breaks off. On a wire a missing hop-by-hop header never arrives.
        byte?[] promised = [Routing, Fragment, IpProtocol.Authentication, DestinationOptions, IpProtocol.NoNextHeader];
        Gen<byte?> last = Gen.Frequency(
            (15, Gen.Const((byte?)null)),
            (1, Gen.OneOf(values.Options.Realizable ? promised : [HopByHop, .. promised])));
        return Gen.Select(values.Address, values.Address, values.HopLimit, Gen.Byte, Gen.UInt[0, 0xfffff], last, (source, destination, hops, traffic, flow, lastNext) =>
            new IPv6Header(source, destination) { HopLimit = hops, TrafficClass = traffic, FlowLabel = flow, LastNextHeader = lastNext });
    }

    private static Gen<IPv6Extension[]> Chain(EdgeValues values)
    {
        Gen<IPv6Extension> one = Gen.Frequency(
            (2, Options(DestinationOptions)),
            (1, Options(HopByHop)),
            (2, Gen.Select(Gen.OneOf<byte>(0, 2, 4, 253), Gen.Int[0, 2], values.Address, (type, count, address) =>
                (IPv6Extension)new RoutingExtension(type, 0, [.. Enumerable.Repeat(address, count)]))),
            (1, Gen.Int[0, 4].Select(n => (IPv6Extension)new AuthenticationExtension(n))),
            (3, FragmentKind.Gen.Select(f => (IPv6Extension)new FragmentExtension(f.Offset, f.More, 7))));
        return Gen.Frequency(
            (4, Gen.Const(Array.Empty<IPv6Extension>())),
            (3, one.Array[1, 3]),
            (1, one.Array[4, 9]));
    }

    private static Gen<IPv6Extension> Options(byte kind) =>
        Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[1, 8])).Select(n => (IPv6Extension)new OptionsExtension(kind, n));
}
