using CsCheck;
using MiniFirewall.Btf;
using Xunit;

namespace MiniFirewall.Tests.Btf;

public sealed class KernelTypesMalformedTests
{
    private static readonly byte[] Sample = BtfSample.WithEveryKind().Build();

    [Theory]
    [InlineData(0, 0x00, "starts with 0xeb00")]
    [InlineData(2, 9, "version 9")]
    [InlineData(4, 200, "beyond")]
    [InlineData(15, 1, "type section")]
    [InlineData(23, 1, "string section")]
    [InlineData(12, 1, "not made of words")]
    public void A_wrong_header_is_named(int at, byte value, string expected)
    {
        byte[] blob = [.. Sample];
        blob[at] = value;
        var error = Assert.Throws<BtfException>(() => KernelTypes.Parse(blob));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_kind_is_named()
    {
        byte[] blob = [.. Sample];
        blob[24 + 7] = 31;
        Assert.Contains("unknown kind 31", Assert.Throws<BtfException>(() => KernelTypes.Parse(blob)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Sample.Length; length++)
        {
            Assert.Throws<BtfException>(() => KernelTypes.Parse(Sample.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Types_in_a_ring_are_refused()
    {
        var sample = new BtfSample();
        sample.Add("loop", 8, 0, 2);
        sample.Add("", 10, 0, 1);
        sample.Add("s", 4, 2, 8, 0, 1, 0, sample.Name("m"), 1, 0);
        Assert.Throws<BtfException>(() => KernelTypes.Parse(sample.Build()).FindMember("s", "m"));
        sample.Add("self", 4, 1, 8, 0, sample.Count + 1, 0);
        Assert.Throws<BtfException>(() => KernelTypes.Parse(sample.Build()).FindMember("self", "m"));
    }

    [Fact]
    public void Damaged_bytes_never_break_more_than_the_answer() =>
        Gen.Select(Gen.Int[0, Sample.Length - 1], Gen.Byte).Array[1, 4].Sample(
            damage =>
            {
                byte[] blob = [.. Sample];
                foreach ((int at, byte value) in damage)
                {
                    blob[at] = value;
                }

                try
                {
                    KernelTypes types = KernelTypes.Parse(blob);
                    types.FindStruct("everything");
                    types.FindMember("everything", "missing");
                    types.FindMember("everything", "table");
                    types.FindMember("flags", "high");
                }
                catch (BtfException)
                {
                    // Refused with a word: what is asked for.
                }
            },
            iter: 20_000);
}
