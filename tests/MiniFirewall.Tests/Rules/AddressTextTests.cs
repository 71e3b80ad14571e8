using System.Buffers.Binary;
using System.Net;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Values;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>IPv6 addresses are written as everybody writes them, wherever their zeros are.</summary>
public sealed class AddressTextTests
{
    [Fact]
    public void Zeros_are_left_out_where_most_are()
    {
        var random = new Random(1);
        ushort[] kinds = [0, 0, 0, 1, 0xffff, 0x20, 0x300, 0xabcd];
        Span<byte> bytes = stackalloc byte[16];
        for (int i = 0; i < 100_000; i++)
        {
            for (int group = 0; group < 8; group++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(bytes[(2 * group)..], kinds[random.Next(kinds.Length)]);
            }

            UInt128 address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
            string expected = new IPAddress(bytes).ToString(), printed = AddressNotation.Print(Family.IPv6, address);
            if (!expected.Contains('.') && !printed.Contains('.'))
            {
                Assert.Equal(expected, printed);
            }

            Assert.True(AddressNotation.TryParse(printed, out Family family, out UInt128 read));
            Assert.Equal((Family.IPv6, address), (family, read));
        }
    }

    /// <summary>Where the C library writes the last 32 bits as IPv4 (inet_ntop(3), glibc), which .NET does elsewhere, too.</summary>
    [Theory]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("1::")]
    [InlineData("0:1::")]
    [InlineData("::1.2.3.4")]
    [InlineData("::ffff:1.2.3.4")]
    [InlineData("::ffff:0.0.0.0")]
    [InlineData("::ffff:0:102:304")]
    [InlineData("::5efe:102:304")]
    [InlineData("0:0:0:1::")]
    public void Its_end_is_dotted_where_the_C_librarys_is(string text)
    {
        Assert.True(AddressNotation.TryParse(text, out _, out UInt128 address));
        Assert.Equal(text, AddressNotation.Print(Family.IPv6, address));
    }
}
