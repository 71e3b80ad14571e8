using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>
/// Matches about surroundings that need no more said than a packet's bytes where packets come by no bridge, for this machine's own
/// link address, by routes without realms: valid in every chain.
/// </summary>
internal static class SurroundingsGen
{
    private static readonly Gen<string> LinkType = Gen.Select(
        TextGen.Not, Gen.OneOf("unicast", "broadcast", "multicast"), (not, type) => $"-m pkttype {not}--pkt-type {type}");

    private static readonly Gen<string> BridgePort = Gen.Select(
        TextGen.Not, Gen.OneOf("--physdev-in eth+", "--physdev-is-in", "--physdev-is-bridged"), (not, port) => $"-m physdev {not}{port}");

    private static readonly Gen<string> Multicast = Gen.Select(
        TextGen.Not, Gen.OneOf("--src-type", "--dst-type"), (not, side) => $"-m addrtype {not}{side} MULTICAST");

    private static readonly Gen<string> Realm = Gen.Select(
        TextGen.Not, Gen.OneOf("0x1", "0x0/0xff"), (not, realm) => $"-m realm {not}--realm {realm}");

    internal static Gen<string> For(FamilySet families) =>
        families == FamilySet.IPv4 ? Gen.OneOf(LinkType, BridgePort, Multicast, Realm) : Gen.OneOf(LinkType, BridgePort, Multicast);
}
