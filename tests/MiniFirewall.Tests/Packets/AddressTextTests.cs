using CsCheck;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Tests.Packets;

public sealed class AddressTextTests
{
    [Theory]
    [InlineData("10.0.0")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.")]
    [InlineData("10.0.0.1.2")]
    [InlineData(" 10.0.0.1")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("1")]
    [InlineData("")]
    public void What_is_no_dotted_quad_is_refused(string text) => Assert.False(AddressText.TryParse(Family.IPv4, text, out _));

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::1/64")]
    [InlineData("1::2::3")]
    [InlineData("12345::")]
    public void What_is_no_IPv6_address_is_refused(string text) => Assert.False(AddressText.TryParse(Family.IPv6, text, out _));

    [Fact]
    public void Every_address_reads_back_as_it_was_written() => Gen.Select(Gen.ULong, Gen.ULong).Sample((high, low) =>
        AddressText.Parse(Family.IPv6, AddressText.Format(Family.IPv6, new(high, low))) == new UInt128(high, low)
        && AddressText.Parse(Family.IPv4, AddressText.Format(Family.IPv4, (uint)low)) == (uint)low);
}
