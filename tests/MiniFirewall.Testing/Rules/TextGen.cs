using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>Small pieces of rule text. Pools are narrow, so that rules and packets meet.</summary>
internal static class TextGen
{
    internal static Gen<string> Nothing { get; } = Gen.Const("");

    internal static Gen<string> Not { get; } = Gen.Frequency((3, Gen.Const("")), (1, Gen.Const("! ")));

    /// <summary>For names that must not come twice: a whole range is drawn from evenly, which Gen.UInt, fond of small numbers, is not.</summary>
    internal static Gen<uint> UniqueNumber { get; } = Gen.UInt[1, uint.MaxValue];

    private static readonly Gen<int> PortNumber = Gen.Frequency(
        (6, Gen.OneOf(0, 1, 22, 53, 80, 443, 1024, 50000, 65534, 65535)),
        (1, Gen.Int[0, 65535]));

    /// <summary>Names that tcp and udp both have in /etc/services.</summary>
    private static readonly Gen<string> NamedPort = Gen.OneOf("https", "domain");

    /// <summary>PORT, PORT:PORT, :PORT or PORT:, and now and then a service's name.</summary>
    internal static Gen<string> PortRange { get; } = Gen.Frequency(
        (6, PortNumber.Select(p => $"{p}")),
        (1, NamedPort),
        (3, Gen.Select(PortNumber, PortNumber, (a, b) => $"{Math.Min(a, b)}:{Math.Max(a, b)}")),
        (1, PortNumber.Select(p => $"{p}:")),
        (1, PortNumber.Select(p => $":{p}")));

    /// <summary>As <see cref="PortRange"/>, without names.</summary>
    internal static Gen<string> NumericPortRange { get; } = Gen.Frequency(
        (6, PortNumber.Select(p => $"{p}")),
        (3, Gen.Select(PortNumber, PortNumber, (a, b) => $"{Math.Min(a, b)}:{Math.Max(a, b)}")),
        (1, PortNumber.Select(p => $"{p}:")));

    /// <summary>A list for multiport: at most 15 places, of which a range takes two. iptables takes no range of one port.</summary>
    internal static Gen<string> PortList { get; } = Gen.Frequency(
        (3, PortNumber.Select(p => $"{p}")),
        (3, Gen.Select(PortNumber, PortNumber, (a, b) => a == b ? $"{a}" : $"{Math.Min(a, b)}:{Math.Max(a, b)}"))).Array[1, 7]
        .Select(ports => string.Join(',', ports));

    /// <summary>Some of the words, at least <paramref name="least"/>, in any order.</summary>
    internal static Gen<string[]> Some(int least, params string[] words) => Gen.Shuffle(words, least, words.Length);

    internal static Gen<string> Number(int low, int high, params int[] often) => Gen.Frequency(
        (4, Gen.OneOf(often)), (1, Gen.Int[low, high])).Select(n => $"{n}");

    /// <summary>N or N:M within the limits.</summary>
    internal static Gen<string> NumberRange(int low, int high, params int[] often)
    {
        Gen<int> number = Gen.Frequency((4, Gen.OneOf(often)), (1, Gen.Int[low, high]));
        return Gen.Frequency(
            (2, number.Select(n => $"{n}")),
            (2, Gen.Select(number, number, (a, b) => $"{Math.Min(a, b)}:{Math.Max(a, b)}")));
    }

    /// <summary>One address, an address with a prefix length, or one with a mask that may have holes.</summary>
    internal static Gen<string> MaskedAddress(Family family) => family == Family.IPv4
        ? Gen.Frequency(
            (3, Address(family)),
            (3, Gen.Select(Address(family), Gen.Frequency((4, Gen.OneOf(8, 16, 24, 25, 30, 31, 32)), (1, Gen.Int[0, 32])), (a, n) => $"{a}/{n}")),
            (2, Gen.Select(Address(family), Gen.OneOf("255.255.255.0", "255.0.255.0", "0.0.0.255", "255.255.255.254", "128.0.0.1"), (a, m) => $"{a}/{m}")))
        : Gen.Frequency(
            (3, Address(family)),
            (3, Gen.Select(Address(family), Gen.Frequency((4, Gen.OneOf(16, 32, 48, 64, 65, 127, 128)), (1, Gen.Int[0, 128])), (a, n) => $"{a}/{n}")),
            (2, Gen.Select(Address(family), Gen.OneOf("ffff:ffff::", "ffff::ffff", "::ff", "ffff:0:ffff::"), (a, m) => $"{a}/{m}")));

    internal static Gen<string> Address(Family family) => family == Family.IPv4
        ? Gen.Frequency(
            (6, Gen.OneOf("10.0.0.1", "10.0.0.5", "10.0.3.1", "192.168.1.0", "203.0.113.9", "198.51.100.77")),
            (1, Gen.UInt.Select(n => AddressText.Format(Family.IPv4, n))))
        : Gen.Frequency(
            (6, Gen.OneOf("2001:db8::1", "2001:db8::5", "2001:db8:1::1", "2001:db8:ffff::", "fd00::9", "fd00:1::77")),
            (1, Gen.Select(Gen.ULong, Gen.ULong, (a, b) => AddressText.Format(Family.IPv6, new UInt128(a, b)))));
}
