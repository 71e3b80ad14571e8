using System.Net;
using MiniFirewall.Dns;
using MiniFirewall.Dns.Files;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Tests.Dns;

/// <summary>The files that say where names are looked for.</summary>
public sealed class SystemFileTests
{
    [Fact]
    public void Resolv_conf_says_whom_to_ask_and_how()
    {
        ResolvConf conf = ResolvConf.Parse(
        [
            "# a comment", "; another", "nameserver 127.0.0.53", "nameserver\t2001:db8::53", "nameserver nonsense", "nameserver 192.0.2.1", "nameserver 192.0.2.2",
            "domain first.example", "search Corp.Example. lan bad..name", "options timeout:2 attempts:9 ndots:2 edns0 rotate timeout:x",
        ]);
        Assert.Equal(["127.0.0.53:53", "[2001:db8::53]:53", "192.0.2.1:53"], conf.Servers.Select(server => server.ToString()));
        Assert.Equal(["corp.example", "lan"], conf.Search);
        Assert.Equal((2, TimeSpan.FromSeconds(2), 5), (conf.Dots, conf.Timeout, conf.Attempts));
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], ResolvConf.Parse([]).Servers);
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], ResolvConf.Read("/nowhere").Servers);
    }

    [Fact]
    public void Hosts_has_many_names_for_an_address_and_many_addresses_for_a_name()
    {
        HostsFile hosts = HostsFile.Parse(["198.51.100.1 Shop shop.example # not this", "2001:db8::1\tshop", "198.51.100.1 shop", "nonsense shop", "fe80::1%2 shop", "#198.51.100.2 shop"]);
        Assert.Equal([(Family.IPv4, (UInt128)0xc633_6401), (Family.IPv6, new UInt128(0x2001_0db8_0000_0000, 1))], hosts.Find("shop")!.Select(address => (address.Family, address.Address)));
        Assert.Single(hosts.Find("shop.example")!);
        Assert.Null(hosts.Find("not"));
    }

    [Theory]
    [InlineData("hosts: files dns", true, true, true)]
    [InlineData("hosts:\tmymachines resolve [!UNAVAIL=return] files myhostname dns", true, true, false)]
    [InlineData("hosts: files # dns", true, false, true)]
    [InlineData("hosts: dns", false, true, false)]
    [InlineData("passwd: files", true, true, true)]
    public void Nsswitch_says_in_which_order(string line, bool files, bool servers, bool filesFirst) =>
        Assert.Equal(new HostOrder(files, servers, filesFirst), HostOrder.Parse([line]));

    [Fact]
    public void Settings_are_read_or_refused_with_their_place()
    {
        NameSettings settings = NameSettings.Parse("names.conf", ["# all", "private corp.example *.Lab.example", "server 192.0.2.53 2001:db8::53", "most-addresses 8", "least-seconds 2", "wait 0"]);
        Assert.Equal(["corp.example", "lab.example"], settings.PrivateDomains);
        Assert.Equal((2, 8, 2, 0.0), (settings.Servers.Length, settings.MostAddresses, settings.LeastSeconds, settings.WaitSeconds));
        foreach ((string line, string said) in new[]
        {
            ("privat corp", "names.conf:1: there is no setting privat; there are private, server, most-addresses, most-learnt, least-seconds, most-seconds and wait"),
            ("most-addresses 0", "names.conf:1: most-addresses takes a number from 1 to 1024"),
            ("server ns.example", "names.conf:1: server takes addresses, such as 192.0.2.53"),
            ("private", "names.conf:1: private takes domains, such as corp.example.com"),
        })
        {
            Assert.Equal(said, Assert.Throws<FormatException>(() => NameSettings.Parse("names.conf", [line])).Message);
        }
    }

    [Theory]
    [InlineData("printer", true)]
    [InlineData("nas.lan", true)]
    [InlineData("db.corp.example", true)]
    [InlineData("intranet.site.example", true)]
    [InlineData("*.site.example", true)]
    [InlineData("notcorp.example", false)]
    [InlineData("bigmart.com", false)]
    public void Local_names_may_have_private_addresses(string name, bool may) => Assert.Equal(
        may,
        NameSettings.Parse("", ["private corp.example"]).MayBePrivate(name, ResolvConf.Parse(["search site.example"])));

    [Theory]
    [InlineData("198.51.100.1", false, false)]
    [InlineData("10.1.2.3", false, true)]
    [InlineData("172.31.0.1", false, true)]
    [InlineData("172.32.0.1", false, false)]
    [InlineData("192.168.0.1", false, true)]
    [InlineData("100.64.0.1", false, true)]
    [InlineData("169.254.169.254", false, true)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("0.0.0.0", true, false)]
    [InlineData("224.0.0.1", true, false)]
    [InlineData("255.255.255.255", true, false)]
    [InlineData("::", true, false)]
    [InlineData("::1", false, true)]
    [InlineData("fe80::1", false, true)]
    [InlineData("fd00::1", false, true)]
    [InlineData("ff02::1", true, false)]
    [InlineData("::ffff:10.0.0.1", true, false)]
    [InlineData("2001:db8::1", false, false)]
    public void Addresses_have_a_scope(string text, bool isNobodys, bool isPrivate)
    {
        Assert.True(MiniFirewall.Rules.Values.AddressNotation.TryParse(text, out Family family, out UInt128 address));
        Assert.Equal((isNobodys, isPrivate), (AddressScope.IsNobodys(family, address), AddressScope.IsPrivate(family, address)));
    }
}
