using System.Buffers.Binary;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>IPv6 packets whose extension headers are of all kinds, in any order, of odd contents, cut and lying about their length.</summary>
public static class HeaderChainGen
{
    private const byte HopByHop = IPv6HeaderNumber.HopByHop, Routing = IPv6HeaderNumber.Routing, Fragment = IPv6HeaderNumber.Fragment,
        Authentication = IPv6HeaderNumber.Authentication, Destination = IPv6HeaderNumber.DestinationOptions;

    private const byte Mobility = 135;

    internal static readonly uint[] Identifications = [0, 1, 7, 8, 0x01020304, uint.MaxValue];

    internal static readonly string[] Addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:1::1", "fd00::9", "::"];

    internal static readonly byte[] OptionTypes = [0, 1, 5, 30, 194, 255];

    private static readonly IPv6Header Ends = IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2");

    /// <summary>The bytes of a packet from its network header on.</summary>
    public static Gen<byte[]> Bytes { get; } = Gen.Select(
        Chain,
        Gen.Frequency((4, Gen.OneOf<byte>(IpProtocol.Tcp, IpProtocol.Udp)), (2, Gen.OneOf<byte>(IPv6HeaderNumber.NoNextHeader, IPv6HeaderNumber.Esp)), (1, Gen.OneOf(HopByHop, Routing, Fragment, Authentication, Destination)), (2, Gen.Const(Mobility))),
        Gen.Frequency((3, Gen.Byte.Array[0, 24]), (1, MobilityMessage)),
        Gen.Frequency((4, Gen.Const(-1)), (1, Gen.Int[0, 200])),
        (chain, last, payload, cut) => Make(chain, last, payload, cut));

    private static Gen<IPv6Extension[]> Chain => Gen.Frequency((1, One.Array[0]), (6, One.Array[1, 2]), (4, One.Array[3, 5]), (1, One.Array[70, 90]));

    private static Gen<IPv6Extension> One => Gen.Frequency(
        (2, Gen.Select(Gen.OneOf(HopByHop, Destination), OptionsBody, (kind, body) => (IPv6Extension)new RawExtension(kind, body))),
        (3, RoutingBody.Select(body => (IPv6Extension)new RawExtension(Routing, body))),
        (2, FragmentBody.Select(body => (IPv6Extension)new RawExtension(Fragment, body))),
        (1, Gen.Int[0, 3].Select(words => (IPv6Extension)new AuthenticationExtension(words))),
        (1, Gen.Select(Gen.OneOf(HopByHop, Routing, Fragment, Authentication, Destination), Gen.Byte.Array[0, 12], (kind, body) => (IPv6Extension)new RawExtension(kind, body))));

    /// <summary>Options of lengths that fit or not, filled up to the header's length, which now and then lies.</summary>
    private static Gen<byte[]> OptionsBody => Gen.Select(
        Option.Array[0, 4], Gen.Int[0, 2], Gen.Frequency((8, Gen.Const(0)), (1, Gen.Int[-1, 3]), (1, Gen.Const(255))), (options, extra, lie) =>
        {
            byte[] content = [.. options.SelectMany(option => option)];
            int units = Math.Max(0, (content.Length + 2 + 7) / 8 - 1) + extra;
            return new[] { (byte)Math.Clamp(units + lie, 0, 255) }.Concat(content).Concat(new byte[((units + 1) * 8) - 2 - content.Length]).ToArray();
        });

    private static Gen<byte[]> Option => Gen.Select(Gen.OneOf(OptionTypes), Gen.OneOf(0, 1, 2, 4), Gen.Frequency((12, Gen.Const(0)), (1, Gen.Int[1, 40])), (type, length, lie) =>
        type == 0 ? [type] : new[] { type, (byte)(length + lie) }.Concat(Enumerable.Repeat((byte)1, length)).ToArray());

    private static Gen<byte[]> RoutingBody => Gen.Select(
        Gen.OneOf<byte>(0, 0, 4, 4, 4, 2, 253),
        Gen.OneOf<byte>(0, 1, 2, 3, 255),
        Gen.Frequency((3, Gen.Const(new byte[4])), (5, Gen.Select(Gen.OneOf<byte>(0, 1, 2, 3), Gen.OneOf<ushort>(0, 258, 258), (entry, tag) => new byte[] { entry, 0, (byte)(tag >> 8), (byte)tag }))),
        Gen.OneOf(Addresses).Array[0, 4],
        Gen.Frequency((8, Gen.Const(0)), (1, Gen.Int[-2, 4])),
        (type, left, four, addresses, lie) =>
        {
            byte[] list = [.. addresses.SelectMany(Write)];
            return new[] { (byte)Math.Clamp((addresses.Length * 2) + lie, 0, 255), type, left }.Concat(four).Concat(list).ToArray();
        });

    private static Gen<byte[]> FragmentBody => Gen.Select(
        Gen.Frequency((4, Gen.Const((byte)0)), (1, Gen.Byte)),
        Gen.OneOf<ushort>(0, 0, 1, 1, 2, 4, 6, 8, 9, 0xfff8),
        Gen.OneOf(Identifications),
        (reserved, offset, id) => new byte[] { reserved, (byte)(offset >> 8), (byte)offset, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id });

    private static Gen<byte[]> MobilityMessage => Gen.Select(
        Gen.Frequency((4, Gen.Const(IPv6HeaderNumber.NoNextHeader)), (1, Gen.Byte)), Gen.OneOf<byte>(0, 1, 3, 5, 7, 255), (proto, type) => new byte[] { proto, 0, type, 0, 0, 0, 0, 0 });

    private static byte[] Write(string address)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, AddressText.Parse(Family.IPv6, address));
        return bytes;
    }

    /// <param name="cut">How many bytes are left behind the network header; all where negative.</param>
    private static byte[] Make(IPv6Extension[] chain, byte last, byte[] payload, int cut)
    {
        byte[] bytes = (Ends with { Extensions = [.. chain] }).Carry(new RawTransport(last) { Payload = [.. payload] });
        if (cut >= 0 && cut < bytes.Length - 40)
        {
            bytes = bytes[..(40 + cut)];
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)cut);
        }

        return bytes;
    }
}
