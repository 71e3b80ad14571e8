using MiniFirewall.Dns;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Dns;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Names;

/// <summary>Name servers are asked over real sockets, and believed no more than they may be.</summary>
public sealed class HostResolverTests : IDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(20);

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Both_families_of_many_names_are_asked_at_once()
    {
        using var server = new NameServer(_namespace, (id, question, _) => [Good(id, question)]);
        string[] names = [.. Enumerable.Range(0, 150).Select(i => $"n{i}.example")];
        NameAnswer[] answers = [.. Resolve(names, server)];
        Assert.Equal(names, answers.Select(answer => answer.Name));
        Assert.All(answers, answer => Assert.Equal(
            [new(Family.IPv4, 0xc633_6401, 30), new NameAddress(Family.IPv6, new UInt128(0x2001_0db8_0000_0000, 1), 30)], answer.Addresses));
        Assert.Equal(300, server.Asked);
    }

    [Fact]
    public void What_is_too_long_for_a_packet_comes_by_tcp()
    {
        using var server = new NameServer(_namespace, (id, question, isTcp) => isTcp
            ? [Good(id, question)]
            : [new MessageText(id, question.Name, question.Type, isTruncated: true).ToBytes()]);
        Assert.Equal(NameOutcome.Found, Resolve("bigmart.com", server).Outcome);
    }

    [Fact]
    public void A_truncated_answer_by_tcp_too_is_none()
    {
        using var server = new NameServer(_namespace, (id, question, _) => [new MessageText(id, question.Name, question.Type, isTruncated: true).Address(question.Name, "198.51.100.1", 9).ToBytes()]);
        Assert.Equal(NameOutcome.Failed, Resolve("bigmart.com", server).Outcome);
    }

    [Fact]
    public void Answers_to_another_question_are_passed_over()
    {
        using var server = new NameServer(_namespace, (id, question, _) =>
        [
            Bad((ushort)(id + 1), question.Name, question.Type),
            Bad(id, "other.example", question.Type),
            Bad(id, question.Name, question.Type == DnsType.A ? DnsType.Aaaa : DnsType.A),
            new MessageText(id, question.Name, question.Type, isResponse: false).Address(question.Name, "203.0.113.66", 9).ToBytes(),
            [1, 2, 3],
            Good(id, question),
        ]);
        Assert.Equal(["198.51.100.1"], Resolve("bigmart.com", server).Addresses.Where(address => address.Family == Family.IPv4).Select(Text));
    }

    [Fact]
    public void The_next_server_is_asked_where_one_fails_or_nobody_listens()
    {
        using var failing = new NameServer(_namespace, (id, question, _) => [new MessageText(id, question.Name, question.Type, code: 2).ToBytes()]);
        using var server = new NameServer(_namespace, (id, question, _) => [Good(id, question)]);
        using var gone = new NameServer(_namespace, (_, _, _) => []);
        gone.Dispose();
        Assert.Equal(NameOutcome.Found, Resolve("bigmart.com", failing, gone, server).Outcome);
        NameAnswer failed = Resolve("bigmart.com", gone, failing);
        Assert.Equal((NameOutcome.Failed, "127.0.0.1 answered SERVFAIL"), (failed.Outcome, failed.Error));
        Assert.Equal("127.0.0.1: nobody listens there", Resolve("bigmart.com", failing, gone).Error);
    }

    [Fact]
    public void Silence_ends_with_the_bound()
    {
        using var server = new NameServer(_namespace, (_, _, _) => []);
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"n{i}.example")];
        NameAnswer[] answers = [.. _namespace.Run(() => NameLab.Resolver(NameSettings.Default, server.Port).Resolve(names, TimeSpan.FromSeconds(0.2)))];
        Assert.All(answers, answer => Assert.Equal(NameOutcome.Failed, answer.Outcome));
    }

    [Fact]
    public void Aliases_that_the_server_does_not_follow_are_followed_and_a_circle_of_them_ends()
    {
        using var server = new NameServer(_namespace, (id, question, _) => [question.Name switch
        {
            "www.bigmart.com" => new MessageText(id, question.Name, question.Type).Alias(question.Name, "cdn.example", 7).ToBytes(),
            "a.example" => new MessageText(id, question.Name, question.Type).Alias(question.Name, "b.example", 7).ToBytes(),
            "b.example" => new MessageText(id, question.Name, question.Type).Alias(question.Name, "a.example", 7).ToBytes(),
            _ => Good(id, question),
        }]);
        NameAnswer answer = Resolve("www.bigmart.com", server);
        Assert.Equal([7u, 7u], answer.Addresses.Select(address => address.Seconds));
        NameAnswer circle = Resolve("a.example", server);
        Assert.Equal((NameOutcome.Failed, "more than 16 aliases behind one another"), (circle.Outcome, circle.Error));
    }

    [Fact]
    public void Public_names_have_no_private_addresses_and_no_name_has_nobodys()
    {
        using var server = new NameServer(_namespace, (id, question, _) => [question.Family == Family.IPv4
            ? new MessageText(id, question.Name, question.Type).Address(question.Name, "10.0.0.1", 9).Address(question.Name, "0.0.0.0", 9).Address(question.Name, "198.51.100.1", 9).ToBytes()
            : new MessageText(id, question.Name, question.Type).Address(question.Name, "::ffff:10.0.0.1", 9).Address(question.Name, "fe80::1", 9).ToBytes()]);
        Assert.Equal(["198.51.100.1"], Resolve("bigmart.com", server).Addresses.Select(Text));
        Assert.Contains("4 addresses left out", Resolve("bigmart.com", server).Error, StringComparison.Ordinal);
        Assert.Equal(["10.0.0.1", "198.51.100.1", "fe80::1"], Resolve("nas.lan", server).Addresses.Select(Text));
    }

    [Fact]
    public void A_family_that_fails_leaves_the_other()
    {
        using var server = new NameServer(_namespace, (id, question, _) => question.Family == Family.IPv4
            ? [Good(id, question)]
            : [new MessageText(id, question.Name, question.Type, code: 2).ToBytes()]);
        NameAnswer answer = Resolve("bigmart.com", server);
        Assert.Equal((NameOutcome.Found, true, "127.0.0.1 answered SERVFAIL"), (answer.Outcome, answer.IsPartial, answer.Error));
    }

    private NameAnswer Resolve(string name, params NameServer[] servers) => Assert.Single(Resolve([name], servers));

    private IEnumerable<NameAnswer> Resolve(string[] names, params NameServer[] servers) =>
        _namespace.Run(() => NameLab.Resolver(NameSettings.Default, [.. servers.Select(server => server.Port)]).Resolve(names, s_bound));

    private static byte[] Good(ushort id, DnsQuestion question) =>
        new MessageText(id, question.Name, question.Type).Address(question.Name, question.Family == Family.IPv4 ? "198.51.100.1" : "2001:db8::1", 30).ToBytes();

    private static byte[] Bad(ushort id, string name, DnsType type) =>
        new MessageText(id, name, type).Address(name, type == DnsType.A ? "203.0.113.66" : "2001:db8::66", 30).ToBytes();

    private static string Text(NameAddress address) => Rules.Values.AddressNotation.Print(address.Family, address.Address);
}
