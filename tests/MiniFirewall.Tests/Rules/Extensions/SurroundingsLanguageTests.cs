using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>
/// Matches that ask for a packet's surroundings: what they take, how iptables-save and iptables -L of 1.8.9 show it, and what they
/// refuse.
/// </summary>
public sealed class SurroundingsLanguageTests
{
    /// <summary>Family, chain, match as typed, as saved ("=": the same), as listed, as listed with -n ("=": the same).</summary>
    public static TheoryData<FamilySet, string, string, string, string, string> Taken => new()
    {
        { FamilySet.IPv4, "INPUT", "-m mac --mac-source 42:1:02:AB:04:05", "-m mac --mac-source 42:01:02:ab:04:05", "MAC 42:01:02:ab:04:05", "=" },
        { FamilySet.IPv4, "INPUT", "-m mac ! --mac-source 42:01:02:ab:04:05", "=", "MAC ! 42:01:02:ab:04:05", "=" },
        { FamilySet.IPv4, "FORWARD", "-m mac --mac-source 42:01:02:ab:04:05", "=", "MAC 42:01:02:ab:04:05", "=" },
        { FamilySet.IPv6, "INPUT", "-m eui64", "=", "eui64", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type unicast", "=", "PKTTYPE = unicast", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type multicast", "=", "PKTTYPE = multicast", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype ! --pkt-type broadcast", "=", "PKTTYPE != broadcast", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type host", "-m pkttype --pkt-type unicast", "PKTTYPE = unicast", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type BROADCAST", "-m pkttype --pkt-type broadcast", "PKTTYPE = broadcast", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type bcast", "-m pkttype --pkt-type broadcast", "PKTTYPE = broadcast", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type mcast", "-m pkttype --pkt-type multicast", "PKTTYPE = multicast", "=" },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type otherhost", "=", "PKTTYPE = otherhost", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m pkttype --pkt-type multicast", "=", "PKTTYPE = multicast", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --src-type LOCAL", "=", "ADDRTYPE match src-type LOCAL", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --src-type LOCAL,UNICAST", "-m addrtype --src-type UNICAST,LOCAL", "ADDRTYPE match src-type UNICAST,LOCAL", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --src-type unicast,LOCAL", "-m addrtype --src-type UNICAST,LOCAL", "ADDRTYPE match src-type UNICAST,LOCAL", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --src-type uni", "-m addrtype --src-type UNICAST", "ADDRTYPE match src-type UNICAST", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype ! --src-type LOCAL --dst-type BROADCAST", "=", "ADDRTYPE match src-type !LOCAL dst-type BROADCAST", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --src-type LOCAL ! --dst-type BROADCAST", "=", "ADDRTYPE match src-type LOCAL dst-type !BROADCAST", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type UNSPEC,UNICAST,LOCAL,BROADCAST,ANYCAST,MULTICAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE", "=", "ADDRTYPE match dst-type UNSPEC,UNICAST,LOCAL,BROADCAST,ANYCAST,MULTICAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type NAT", "=", "ADDRTYPE match dst-type NAT", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type THROW", "=", "ADDRTYPE match dst-type THROW", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type BLACKHOLE", "=", "ADDRTYPE match dst-type BLACKHOLE", "=" },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type LOCAL --limit-iface-in", "=", "ADDRTYPE match dst-type LOCAL limit-in", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m addrtype --dst-type LOCAL --limit-iface-out", "=", "ADDRTYPE match dst-type LOCAL limit-out", "=" },
        { FamilySet.IPv4, "FORWARD", "-m addrtype --dst-type LOCAL --limit-iface-out", "=", "ADDRTYPE match dst-type LOCAL limit-out", "=" },
        { FamilySet.IPv4, "FORWARD", "-m addrtype --dst-type LOCAL --limit-iface-in", "=", "ADDRTYPE match dst-type LOCAL limit-in", "=" },
        { FamilySet.IPv6, "INPUT", "-m addrtype --src-type LOCAL", "=", "ADDRTYPE match src-type LOCAL", "=" },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type UNREACHABLE", "=", "ADDRTYPE match dst-type UNREACHABLE", "=" },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type MULTICAST", "=", "ADDRTYPE match dst-type MULTICAST", "=" },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type ANYCAST", "=", "ADDRTYPE match dst-type ANYCAST", "=" },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type UNICAST", "=", "ADDRTYPE match dst-type UNICAST", "=" },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type UNSPEC", "=", "ADDRTYPE match dst-type UNSPEC", "=" },
        { FamilySet.IPv6, "OUTPUT", "-m addrtype --dst-type LOCAL --limit-iface-out", "=", "ADDRTYPE match dst-type LOCAL limit-out", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev --physdev-in lo", "=", "PHYSDEV match --physdev-in lo", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev ! --physdev-in eth+", "=", "PHYSDEV match ! --physdev-in eth+", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev --physdev-in +", "=", "PHYSDEV match --physdev-in +", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev --physdev-out lo", "=", "PHYSDEV match --physdev-out lo", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev --physdev-is-in", "=", "PHYSDEV match --physdev-is-in", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev ! --physdev-is-in", "=", "PHYSDEV match ! --physdev-is-in", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev --physdev-is-out", "=", "PHYSDEV match --physdev-is-out", "=" },
        { FamilySet.IPv4, "INPUT", "-m physdev --physdev-is-bridged", "=", "PHYSDEV match --physdev-is-bridged", "=" },
        { FamilySet.IPv4, "FORWARD", "-m physdev ! --physdev-is-bridged --physdev-in eth0 ! --physdev-out eth1+ --physdev-is-in ! --physdev-is-out", "-m physdev --physdev-is-in --physdev-in eth0 ! --physdev-is-out ! --physdev-out eth1+ ! --physdev-is-bridged", "PHYSDEV match --physdev-is-in --physdev-in eth0 ! --physdev-is-out ! --physdev-out eth1+ ! --physdev-is-bridged", "=" },
        { FamilySet.IPv4, "FORWARD", "-m physdev --physdev-out lo", "=", "PHYSDEV match --physdev-out lo", "=" },
        { FamilySet.IPv4, "FORWARD", "-m physdev --physdev-is-out", "=", "PHYSDEV match --physdev-is-out", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m physdev --physdev-in lo", "=", "PHYSDEV match --physdev-in lo", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m physdev --physdev-is-bridged", "=", "PHYSDEV match --physdev-is-bridged", "=" },
        { FamilySet.IPv4, "FORWARD", "-m physdev --physdev-is-bridged --physdev-out eth0", "-m physdev --physdev-out eth0 --physdev-is-bridged", "PHYSDEV match --physdev-out eth0 --physdev-is-bridged", "=" },
        { FamilySet.IPv4, "INPUT", "-m devgroup --src-group 1", "-m devgroup --src-group 0x1", "src-group 0x1", "=" },
        { FamilySet.IPv4, "INPUT", "-m devgroup ! --src-group 0x10/0xff", "=", "! src-group 0x10/0xff", "=" },
        { FamilySet.IPv4, "INPUT", "-m devgroup --src-group default", "=", "src-group default", "src-group 0x0" },
        { FamilySet.IPv4, "INPUT", "-m devgroup --src-group 0", "-m devgroup --src-group default", "src-group default", "src-group 0x0" },
        { FamilySet.IPv4, "FORWARD", "-m devgroup --src-group 0x1/0x3 ! --dst-group 2", "-m devgroup --src-group 0x1/0x3 ! --dst-group 0x2", "src-group 0x1/0x3 ! dst-group 0x2", "=" },
        { FamilySet.IPv4, "INPUT", "-m devgroup --src-group 5/0xffffffff", "-m devgroup --src-group 0x5", "src-group 0x5", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner root", "-m owner --uid-owner 0", "owner UID match root", "owner UID match 0" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 0-10", "=", "owner UID match 0-10", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner ! --uid-owner 5", "=", "! owner UID match games", "! owner UID match 5" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --gid-owner root ! --uid-owner 3-4", "-m owner ! --uid-owner 3-4 --gid-owner 0", "! owner UID match 3-4 owner GID match root", "! owner UID match 3-4 owner GID match 0" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --gid-owner adm", "-m owner --gid-owner 4", "owner GID match adm", "owner GID match 4" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --gid-owner 0-10 --suppl-groups", "=", "owner GID match 0-10 incl. suppl. groups", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner ! --gid-owner 0-10 --suppl-groups", "=", "! owner GID match 0-10 incl. suppl. groups", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --socket-exists", "=", "owner socket exists", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner ! --socket-exists", "=", "! owner socket exists", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner ! --socket-exists --uid-owner 4 --gid-owner 6-7", "=", "! owner socket exists owner UID match sync owner GID match 6-7", "! owner socket exists owner UID match 4 owner GID match 6-7" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 5-5", "-m owner --uid-owner 5", "owner UID match games", "owner UID match 5" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 4294967294", "=", "owner UID match 4294967294", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 0-4294967294", "=", "owner UID match 0-4294967294", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 0x10", "-m owner --uid-owner 16", "owner UID match 16", "=" },
        { FamilySet.IPv4, "INPUT", "-m cgroup --cgroup 1", "=", "cgroup 1", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m cgroup --cgroup 1", "=", "cgroup 1", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m cgroup ! --cgroup 0x100001", "-m cgroup ! --cgroup 1048577", "cgroup ! 1048577", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m cgroup --path /", "-m cgroup --path \"/\"", "cgroup /", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m cgroup ! --path \"\"", "=", "cgroup ! ", "=" },
        { FamilySet.IPv4, "INPUT", "-m cpu --cpu 0", "=", "cpu 0", "=" },
        { FamilySet.IPv4, "INPUT", "-m cpu ! --cpu 5", "=", "cpu ! 5", "=" },
        { FamilySet.IPv4, "INPUT", "-m cpu --cpu 4294967295", "=", "cpu 4294967295", "=" },
        { FamilySet.IPv4, "INPUT", "-m realm --realm 1", "-m realm --realm 0x1", "realm 0x1", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m realm --realm 0x1/0x3", "=", "realm 0x1/0x3", "=" },
        { FamilySet.IPv4, "FORWARD", "-m realm ! --realm 5/0xffffffff", "-m realm ! --realm 0x5", "! realm 0x5", "=" },
        { FamilySet.IPv4, "INPUT", "-m realm --realm cosmos", "=", "realm cosmos", "realm 0x0" },
        { FamilySet.IPv4, "INPUT", "-m realm --realm 0", "-m realm --realm cosmos", "realm cosmos", "realm 0x0" },
        { FamilySet.IPv4, "INPUT", "-m realm --realm 0/3", "-m realm --realm 0x0/0x3", "realm 0x0/0x3", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec", "=", "policy match dir in pol ipsec", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol none", "=", "policy match dir in pol none", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in", "-m policy --dir in --pol ipsec", "policy match dir in pol ipsec", "=" },
        { FamilySet.IPv4, "OUTPUT", "-m policy --dir out --pol none", "=", "policy match dir out pol none", "=" },
        { FamilySet.IPv4, "FORWARD", "-m policy --dir out --pol ipsec", "=", "policy match dir out pol ipsec", "=" },
        { FamilySet.IPv4, "FORWARD", "-m policy --dir in --pol ipsec", "=", "policy match dir in pol ipsec", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol none --reqid 1", "-m policy --dir in --pol none", "policy match dir in pol none", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --reqid 1", "=", "policy match dir in pol ipsec reqid 1", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec ! --reqid 1 ! --spi 2 ! --proto esp ! --mode transport", "-m policy --dir in --pol ipsec ! --reqid 1 ! --spi 0x2 ! --proto esp ! --mode transport", "policy match dir in pol ipsec ! reqid 1 ! spi 0x2 ! proto esp ! mode transport", "policy match dir in pol ipsec ! reqid 1 ! spi 0x2 ! proto 50 ! mode transport" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --reqid 1 --next --reqid 2", "=", "policy match dir in pol ipsec strict [0] reqid 1 [1] reqid 2", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --reqid 1 --strict", "-m policy --dir in --pol ipsec --strict --reqid 1", "policy match dir in pol ipsec strict reqid 1", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --proto 50", "-m policy --dir in --pol ipsec --proto esp", "policy match dir in pol ipsec proto esp", "policy match dir in pol ipsec proto 50" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --spi 0", "-m policy --dir in --pol ipsec --spi 0x0", "policy match dir in pol ipsec spi 0x0", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --reqid 0x10 --spi 4294967295", "-m policy --dir in --pol ipsec --reqid 16 --spi 0xffffffff", "policy match dir in pol ipsec reqid 16 spi 0xffffffff", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --reqid 1 --next --reqid 2 --next --reqid 3 --next --reqid 4", "=", "policy match dir in pol ipsec strict [0] reqid 1 [1] reqid 2 [2] reqid 3 [3] reqid 4", "=" },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-src 10.0.0.0/8 --next --mode tunnel --tunnel-dst 10.1.2.3", "=", "policy match dir in pol ipsec strict [0] mode tunnel tunnel-src 10.0.0.0/8 [1] mode tunnel tunnel-dst 10.1.2.3", "=" },
        { FamilySet.IPv6, "INPUT", "-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-src 2001:db8::1 --tunnel-dst 2001:db8::/32", "-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-dst 2001:db8::/32 --tunnel-src 2001:db8::1", "policy match dir in pol ipsec strict mode tunnel tunnel-dst 2001:db8::/32 tunnel-src 2001:db8::1", "=" },
        { FamilySet.IPv6, "INPUT", "-m policy --dir in --pol ipsec --reqid 1 --spi 0x1 --proto ah --mode tunnel", "=", "policy match dir in pol ipsec reqid 1 spi 0x1 proto ah mode tunnel", "policy match dir in pol ipsec reqid 1 spi 0x1 proto 51 mode tunnel" },
        { FamilySet.IPv4, "INPUT", "-m socket", "=", "socket", "=" },
        { FamilySet.IPv4, "INPUT", "-m socket --transparent", "=", "socket --transparent", "=" },
        { FamilySet.IPv4, "INPUT", "-m socket --nowildcard --transparent --restore-skmark", "-m socket --transparent --nowildcard --restore-skmark", "socket --transparent --nowildcard --restore-skmark", "=" },
        { FamilySet.IPv4, "INPUT", "-m socket --restore-skmark --nowildcard", "-m socket --nowildcard --restore-skmark", "socket --nowildcard --restore-skmark", "=" },
        { FamilySet.IPv6, "INPUT", "-m socket --nowildcard", "=", "socket --nowildcard", "=" },
    };

    /// <summary>Family, chain, match as typed, the code of the refusal.</summary>
    public static TheoryData<FamilySet, string, string, int> Refused => new()
    {
        { FamilySet.IPv4, "INPUT", "-m mac --mac-source 42-01-02-ab-04-05", ErrorCodes.BadLinkAddress },
        { FamilySet.IPv4, "INPUT", "-m mac --mac-source 42:01:02:ab:04", ErrorCodes.BadLinkAddress },
        { FamilySet.IPv4, "INPUT", "-m mac --mac-source 42:01:02:ab:04:100", ErrorCodes.BadLinkAddress },
        { FamilySet.IPv4, "OUTPUT", "-m mac --mac-source 42:01:02:ab:04:05", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m mac", ErrorCodes.MissingOption },
        { FamilySet.IPv6, "INPUT", "-m eui64 --foo", ErrorCodes.UnknownOption },
        { FamilySet.IPv6, "OUTPUT", "-m eui64", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m eui64", ErrorCodes.FamilyConflict },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type uni", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type loopback", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m pkttype --pkt-type 3", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m pkttype", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type LOCAL --limit-iface-out", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "OUTPUT", "-m addrtype --dst-type LOCAL --limit-iface-in", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "FORWARD", "-m addrtype --dst-type LOCAL --limit-iface-in --limit-iface-out", ErrorCodes.ExcludedOption },
        { FamilySet.IPv4, "INPUT", "-m addrtype --limit-iface-in", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m addrtype", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type wrong", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type LOCAL,", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m addrtype --dst-type ,LOCAL", ErrorCodes.UnknownFlag },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type UNSPEC,UNICAST,LOCAL,BROADCAST,ANYCAST,MULTICAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type BROADCAST", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type PROHIBIT", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type BLACKHOLE", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m addrtype --src-type BLACKHOLE", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type BLACKHOLE,LOCAL", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type THROW", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m addrtype --dst-type NAT", ErrorCodes.FamilyConflict },
        { FamilySet.IPv4, "OUTPUT", "-m physdev --physdev-out lo", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "OUTPUT", "-m physdev --physdev-is-out --physdev-out lo", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "FORWARD", "-m physdev --physdev-is-in --physdev-is-in", ErrorCodes.RepeatedOption },
        { FamilySet.IPv4, "FORWARD", "-m physdev", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "FORWARD", "-m physdev --physdev-in averylonginterfacename", ErrorCodes.BadInterface },
        { FamilySet.IPv4, "INPUT", "-m devgroup --src-group foo", ErrorCodes.UnknownName },
        { FamilySet.IPv4, "INPUT", "-m devgroup --dst-group 1", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "OUTPUT", "-m devgroup --src-group 1", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m devgroup", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m devgroup --src-group 1/", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "INPUT", "-m devgroup --src-group 1/2/3", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "OUTPUT", "-m owner --suppl-groups --gid-owner 0-10", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "OUTPUT", "-m owner --gid-owner 0-10 ! --suppl-groups", ErrorCodes.CannotNegate },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 10-5", ErrorCodes.BadRange },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner nosuch", ErrorCodes.UnknownName },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 5-", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner -5", ErrorCodes.UnknownName },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 4294967295", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner 0-4294967295", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "OUTPUT", "-m owner --uid-owner root-daemon", ErrorCodes.UnknownName },
        { FamilySet.IPv4, "OUTPUT", "-m owner --pid-owner 5", ErrorCodes.UnknownOption },
        { FamilySet.IPv4, "OUTPUT", "-m owner", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m owner --uid-owner root", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "FORWARD", "-m owner --socket-exists", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "FORWARD", "-m cgroup --cgroup 1", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "OUTPUT", "-m cgroup --cgroup 1 --path /", ErrorCodes.ExcludedOption },
        { FamilySet.IPv4, "OUTPUT", "-m cgroup", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "OUTPUT", "-m cgroup --cgroup abc", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "INPUT", "-m cpu --cpu 4294967296", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "INPUT", "-m cpu --cpu -1", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "INPUT", "-m cpu", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m realm --realm nosuch", ErrorCodes.UnknownName },
        { FamilySet.IPv4, "INPUT", "-m realm --realm cosmos/3", ErrorCodes.UnknownName },
        { FamilySet.IPv4, "INPUT", "-m realm", ErrorCodes.MissingOption },
        { FamilySet.IPv6, "INPUT", "-m realm --realm 1", ErrorCodes.FamilyConflict },
        { FamilySet.IPv4, "INPUT", "-m policy --pol ipsec", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --pol none", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir out --pol none", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "OUTPUT", "-m policy --dir in --pol none", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol none --strict", ErrorCodes.ExcludedOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --proto esp --proto ah", ErrorCodes.RepeatedOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --reqid 1 --next --reqid 2", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --reqid 1 --next", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --next --reqid 1", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --proto esp --tunnel-src 10.0.0.1", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --proto esp --tunnel-src 10.0.0.1", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --mode transport --tunnel-src 10.0.0.1", ErrorCodes.MissingOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --proto tcp", ErrorCodes.UnknownProtocol },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --proto ESP", ErrorCodes.UnknownProtocol },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --mode beet", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --mode foo", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m policy --dir sideways --pol ipsec", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol maybe", ErrorCodes.UnknownFlag },
        { FamilySet.IPv4, "INPUT", "-m policy ! --dir in --pol ipsec", ErrorCodes.CannotNegate },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in ! --pol ipsec", ErrorCodes.CannotNegate },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --reqid 4294967296", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --reqid a", ErrorCodes.BadNumber },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --reqid 1 --next --reqid 2 --next --reqid 3 --next --reqid 4 --next --reqid 5", ErrorCodes.TooManyElements },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --reqid 1 --reqid 1", ErrorCodes.RepeatedOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --dir in --pol ipsec", ErrorCodes.RepeatedOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --strict --reqid 1", ErrorCodes.RepeatedOption },
        { FamilySet.IPv4, "INPUT", "-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-src 2001:db8::1", ErrorCodes.FamilyConflict },
        { FamilySet.IPv6, "INPUT", "-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-src 10.0.0.1", ErrorCodes.FamilyConflict },
        { FamilySet.IPv4, "INPUT", "-m socket ! --transparent", ErrorCodes.CannotNegate },
        { FamilySet.IPv4, "OUTPUT", "-m socket", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "FORWARD", "-m socket", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m rpfilter", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m rpfilter --loose", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m rpfilter --loose --validmark --accept-local --invert", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "FORWARD", "-m rpfilter", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m rpfilter --foo", ErrorCodes.WrongChain },
        { FamilySet.IPv4, "INPUT", "-m rpfilter ! --loose", ErrorCodes.CannotNegate },
    };

    [Theory]
    [MemberData(nameof(Taken))]
    public void Prints_and_lists_as_iptables(FamilySet family, string chain, string typed, string saved, string listed, string numeric)
    {
        RuleSet rules = Read($"-A {chain} {typed}", family).Rules ?? throw new InvalidOperationException("refused: " + Read($"-A {chain} {typed}", family).Diagnostics[0]);
        Rule rule = rules.Find(chain)!.Rules.Single();
        Assert.Equal(saved == "=" ? typed : saved, rule.ToString());
        Assert.Equal(listed, List(rule, isNumeric: false));
        Assert.Equal(numeric == "=" ? listed : numeric, List(rule, isNumeric: true));
        Assert.Equal(rule, Read($"-A {chain} {rule}", family).Rules!.Find(chain)!.Rules.Single());
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Refuses(FamilySet family, string chain, string typed, int code)
    {
        ReadResult result = Read($"-A {chain} {typed}", family);
        Assert.Null(result.Rules);
        Assert.Equal(code, result.Diagnostics[0].Code);
        Assert.NotEmpty(result.Diagnostics[0].Message);
    }

    [Theory]
    [InlineData("-m owner --uid-owner 0", "INPUT", true)]
    [InlineData("-m owner --uid-owner 0", "OUTPUT", false)]
    [InlineData("-m mac --mac-source 2:0:0:0:0:1", "OUTPUT", true)]
    [InlineData("-m mac --mac-source 2:0:0:0:0:1", "FORWARD", false)]
    [InlineData("-m addrtype --dst-type LOCAL --limit-iface-in", "OUTPUT", true)]
    [InlineData("-m policy --dir in --pol none", "OUTPUT", true)]
    [InlineData("-m physdev --physdev-out eth0", "OUTPUT", true)]
    [InlineData("-m devgroup --dst-group 1", "INPUT", true)]
    public void A_chain_of_ones_own_is_asked_where_it_is_come_from(string match, string chain, bool isRefused)
    {
        string alone = $":one - [0:0]\n:two - [0:0]\n-4 -A two {match}\n-A one -j two\n", jump = $"-A {chain} -j one\n";
        Assert.NotNull(Reading.Read($"*filter\n{alone}COMMIT\n").Rules);
        ReadResult result = Reading.Read($"*filter\n{alone}{jump}COMMIT\n");
        Assert.Equal(isRefused, result.Rules is null);
        Assert.Equal(isRefused ? [ErrorCodes.WrongChain] : [], result.Diagnostics.Select(diagnostic => diagnostic.Code));
    }

    [Theory]
    [InlineData("-A INPUT -m socket --transparent --restore-skmark")]
    [InlineData("-A OUTPUT -m cgroup --path user.slice")]
    public void What_cannot_run_is_refused_with_the_reason(string line)
    {
        Assert.Equal(ErrorCodes.NotInForce, Assert.Single(Reading.Bad(line)).Code);
        Assert.NotNull(Read(line, FamilySet.Both).Rules);
    }

    [Theory]
    [InlineData("-m addrtype --dst-type LOCAL", FamilySet.Both)]
    [InlineData("-m addrtype --dst-type MULTICAST", FamilySet.Both)]
    [InlineData("-m addrtype --dst-type BROADCAST", FamilySet.IPv4)]
    [InlineData("-m addrtype --src-type LOCAL,PROHIBIT", FamilySet.IPv4)]
    [InlineData("-m addrtype --src-type UNICAST --limit-iface-in", FamilySet.Both)]
    [InlineData("-m realm --realm 1", FamilySet.IPv4)]
    [InlineData("-m eui64", FamilySet.IPv6)]
    public void Says_its_families(string match, FamilySet families) =>
        Assert.Equal(families, Reading.Good($"-A INPUT {match}").Find("INPUT")!.Rules.Single().Families);

    private static ReadResult Read(string line, FamilySet family) =>
        RuleSetReader.Read("rules", line, Reading.Options(family) with { TakesLacking = true });

    private static string List(Rule rule, bool isNumeric)
    {
        var writer = new RuleTextWriter();
        rule.Matches.Single().List(writer, new ListStyle(isNumeric, Reading.NumberNames));
        return writer.ToString();
    }
}
