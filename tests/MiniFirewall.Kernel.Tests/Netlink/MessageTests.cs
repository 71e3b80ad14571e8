using MiniFirewall.Netlink;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Netlink;

/// <summary>Netlink messages, byte by byte, and attributes that are cut or lie.</summary>
public sealed class MessageTests
{
    [Fact]
    public void A_message_has_these_bytes()
    {
        var writer = new MessageWriter(new byte[64], 0x0c00, MessageWriter.Request | MessageWriter.Dump);
        writer.NetfilterHeader(2);
        writer.AttributeBigEndian(1, 3);
        writer.Attribute(3, "lo");
        Assert.Equal("24000000000C010300000000000000000200000008000100000000030700030" + "06C6F0000", Convert.ToHexString(writer.Finish()));
    }

    [Fact]
    public void Attributes_of_attributes_have_their_own_length_and_flag()
    {
        var writer = new MessageWriter(new byte[64], 0x10, MessageWriter.Request | MessageWriter.Acknowledge);
        writer.Bytes(1, 2, 0, 0);
        int outer = writer.BeginNested(1);
        int inner = writer.BeginNested(2);
        writer.Attribute(3, (byte)7);
        writer.EndNested(inner);
        writer.EndNested(outer);
        Assert.Equal("24000000100005000000000000000000" + "01020000" + "10000180" + "0C000280" + "0500030007000000", Convert.ToHexString(writer.Finish()));
    }

    [Fact]
    public void The_kernels_families_are_asked_by_name()
    {
        using GenericFamily? controller = GenericFamily.TryOpen("nlctrl");
        Assert.NotNull(controller);
        Assert.Null(GenericFamily.TryOpen("minifw-absent"));
        var names = new List<string>();
        controller.List(controller.Begin(new byte[64], command: 3, version: 1, MessageWriter.Dump).Finish(), attributes =>
        {
            while (attributes.Next())
            {
                if (attributes.Type == 2)
                {
                    names.Add(attributes.Text);
                }
            }
        });
        Assert.Contains("nlctrl", names);
    }

    [Fact]
    public void What_the_kernel_refuses_comes_with_its_error()
    {
        using GenericFamily controller = GenericFamily.TryOpen("nlctrl")!;
        byte[] message = controller.Begin(new byte[64], command: 99, version: 1, MessageWriter.Acknowledge).Finish().ToArray();
        const int NotSupported = 95;
        Assert.Equal(NotSupported, Assert.Throws<SystemCallException>(() => controller.Ask(message)).Errno);
    }

    [Fact]
    public void Attributes_are_read_with_their_nests()
    {
        var reader = new AttributeReader(Convert.FromHexString("0C0004800800010000000007" + "0700" + "03006C6F0000" + "0600020012340000"));
        Assert.True(reader.Next());
        Assert.Equal(4, reader.Type);
        AttributeReader nested = reader.Nested;
        Assert.True(nested.Next());
        Assert.Equal((1, 7u, 0x07000000u), (nested.Type, nested.BigEndian, nested.Number));
        Assert.False(nested.Next());
        Assert.True(reader.Next());
        Assert.Equal("lo", reader.Text);
        Assert.True(reader.Next());
        Assert.Equal((2, 0u), (reader.Type, reader.BigEndian));
        Assert.False(reader.Next());
    }

    [Fact]
    public void No_bytes_are_read_beyond_the_end()
    {
        var random = new Random(1);
        byte[] bytes = new byte[40];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            bytes[1] = 0;
            var reader = new AttributeReader(bytes.AsSpan(0, random.Next(bytes.Length)));
            int steps = 0;
            while (reader.Next())
            {
                _ = (reader.Text, reader.Number, reader.BigEndian);
                Assert.True(++steps <= 10);
            }
        }
    }
}
