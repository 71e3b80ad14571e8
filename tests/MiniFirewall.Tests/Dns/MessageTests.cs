using CsCheck;
using MiniFirewall.Dns;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Dns;
using Xunit;

namespace MiniFirewall.Tests.Dns;

/// <summary>Messages are read as RFC 1035 has them, and nothing that they hold makes reading fail, hang or grow.</summary>
public sealed class MessageTests
{
    private static readonly DnsQuestion s_question = new("www.bigmart.com", Family.IPv4);

    [Fact]
    public void A_question_reads_back_as_it_was_written()
    {
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            DnsMessage message = DnsMessage.TryRead(new DnsQuestion("ca.archive.ubuntu.com", family).Encode(0x1234))!;
            Assert.Equal(0x1234, message.Id);
            Assert.False(message.IsResponse);
            Assert.Equal(new DnsQuestion("ca.archive.ubuntu.com", family), message.Question);
        }
    }

    [Fact]
    public void Addresses_are_those_at_the_end_of_the_aliases_and_hold_as_long_as_all_of_them()
    {
        DnsMessage message = DnsMessage.TryRead(new MessageText(1, s_question.Name, DnsType.A)
            .Alias("www.bigmart.com", "Shop.CDN.example", 60).Alias("shop.cdn.example", "edge.cdn.example", 20)
            .Address("edge.cdn.example", "198.51.100.1", 300).Address("edge.cdn.example", "198.51.100.2", 10)
            .Address("other.example", "203.0.113.9", 300).Address("edge.cdn.example", "2001:db8::1", 300).ToBytes())!;
        (string name, List<NameAddress> addresses, _, int length) = AliasChain.Follow(message, s_question);
        Assert.Equal(("edge.cdn.example", 2), (name, length));
        Assert.Equal([new(Family.IPv4, 0xc633_6401, 20), new NameAddress(Family.IPv4, 0xc633_6402, 10)], addresses);
    }

    [Fact]
    public void Aliases_in_a_circle_end()
    {
        DnsMessage message = DnsMessage.TryRead(new MessageText(1, s_question.Name, DnsType.A)
            .Alias("www.bigmart.com", "b.example", 60).Alias("b.example", "www.bigmart.com", 60).ToBytes())!;
        Assert.Equal(AliasChain.Longest, AliasChain.Follow(message, s_question).Length);
    }

    [Theory]
    [InlineData("c0 0c")] // to itself
    [InlineData("c0 0e")] // forward
    [InlineData("ff ff")]
    [InlineData("01")]
    [InlineData("40")]
    [InlineData("")]
    public void A_name_that_leads_nowhere_is_refused(string name)
    {
        byte[] bytes = [.. new byte[12], .. Convert.FromHexString(name.Replace(" ", "", StringComparison.Ordinal)), 0, 1, 0, 1];
        bytes[5] = 1;
        bytes[2] = 0x80;
        Assert.True(DnsMessage.TryRead(bytes) is null || name.Length == 0);
        int at = 12;
        Assert.False(DnsName.TryRead(bytes.AsSpan(0, 12 + ((name.Length + 1) / 3)), ref at, out _));
    }

    [Fact]
    public void A_record_that_ends_beyond_the_message_is_no_answer()
    {
        byte[] bytes = new MessageText(1, s_question.Name, DnsType.A).Address(s_question.Name, "198.51.100.1", 1).ToBytes();
        Assert.NotNull(DnsMessage.TryRead(bytes));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Null(DnsMessage.TryRead(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Of_too_many_records_only_the_first_are_looked_at()
    {
        var text = new MessageText(1, s_question.Name, DnsType.A);
        for (int i = 0; i < 2000; i++)
        {
            text.Address(s_question.Name, $"198.51.{i / 250}.{i % 250}", 1);
        }

        Assert.Equal(DnsMessage.MostRecords, DnsMessage.TryRead(text.ToBytes())!.Records.Count);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        byte[] good = new MessageText(7, s_question.Name, DnsType.A).Alias(s_question.Name, "b.example", 5).Address("b.example", "198.51.100.1", 1).ToBytes();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            byte[] bytes = [.. good];
            Array.ForEach(changes, change => bytes[change.Item1] = change.Item2);
            if (DnsMessage.TryRead(bytes) is { } message)
            {
                AliasChain.Follow(message, s_question);
            }
        });
        Gen.Byte.Array[0, 100].Sample(bytes => { DnsMessage.TryRead(bytes); });
    }

    [Theory]
    [InlineData("BigMart.COM.", "bigmart.com")]
    [InlineData("a_b-c.example", "a_b-c.example")]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData("a..b", null)]
    [InlineData("a b", null)]
    [InlineData("*.b", null)]
    public void Names_are_lower_case_without_a_dot_at_the_end(string text, string? name) =>
        Assert.Equal(name, DnsName.TryNormalize(text, out string normal) ? normal : null);
}
