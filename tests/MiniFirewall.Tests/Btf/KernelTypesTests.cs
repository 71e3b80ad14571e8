using MiniFirewall.Btf;
using Xunit;

namespace MiniFirewall.Tests.Btf;

public sealed class KernelTypesTests
{
    private static readonly KernelTypes Types = KernelTypes.Parse(BtfSample.WithEveryKind().Build());

    [Fact]
    public void Every_kind_is_walked_over() => Assert.Equal(23, Types.Count);

    [Fact]
    public void Names_are_found_by_kind()
    {
        Assert.Equal(21, Types.FindStruct("everything"));
        Assert.Equal(13, Types.FindFunction("do_it"));
        Assert.Equal(8, Types.FindTypeByName("u32_t"));
        Assert.Equal(19, Types.FindTypeByName("big"));
        Assert.Null(Types.FindStruct("do_it"));
        Assert.Null(Types.FindFunction("everything"));
        Assert.Null(Types.FindStruct("every"));
        Assert.Null(Types.FindStruct("everything_else"));
        Assert.Null(Types.FindStruct(""));
    }

    [Theory]
    [InlineData("first", 0, 4, 4)]
    [InlineData("wide", 8, 8, 8)]
    [InlineData("deep", 12, 4, 4)]
    [InlineData("list", 16, 16, 4)]
    [InlineData("table", 32, 48, 4)]
    [InlineData("ratio", 80, 8, 8)]
    [InlineData("tagged", 88, 4, 4)]
    [InlineData("where", 96, 8, 8)]
    [InlineData("flexible", 104, 0, 4)]
    public void Members_are_found_behind_qualifiers_and_in_nameless_unions(string member, int offset, int size, int element)
    {
        KernelMember? found = Types.FindMember("everything", member);
        Assert.Equal(new KernelMember(offset, size, element, offset * 8, 0), found);
        Assert.Equal(size != element, found!.Value.IsArray);
    }

    [Fact]
    public void Members_of_members_are_named_with_dots()
    {
        var sample = new BtfSample();
        uint number = sample.Add("u16", 1, 0, 2, 16);
        uint inner = sample.Add("", 4, 1, 4, sample.Name("deep"), number, 16);
        uint constInner = sample.Add("", 10, 0, inner);
        sample.Add("outer", 4, 1, 8, sample.Name("mid"), constInner, 32);
        KernelTypes types = KernelTypes.Parse(sample.Build());
        Assert.Equal(new KernelMember(6, 2, 2, 48, 0), types.FindMember("outer", "mid.deep"));
        Assert.Null(types.FindMember("outer", "mid.deep.deeper"));
        Assert.Null(types.FindMember("outer", "mid.other"));
        Assert.Null(types.FindMember("outer", "deep"));
    }

    [Fact]
    public void Bitfields_say_so()
    {
        Assert.Equal(new KernelMember(0, 1, 1, 0, 3), Types.FindMember("flags", "low"));
        Assert.Equal(new KernelMember(1, 2, 2, 13, 7), Types.FindMember("flags", "high"));
        Assert.True(Types.FindMember("flags", "high")!.Value.IsBitfield);
    }

    [Fact]
    public void What_is_not_there_is_null()
    {
        Assert.Null(Types.FindMember("everything", "missing"));
        Assert.Null(Types.FindMember("nothing", "first"));
    }

    [Fact]
    public void Strings_that_share_their_tails_are_names_too()
    {
        var sample = new BtfSample();
        uint at = sample.Name("outer_inner");
        sample.Add("", 4, 0, 1);
        byte[] blob = sample.Build();
        blob[24] = (byte)(at + 6);
        Assert.Equal(1, KernelTypes.Parse(blob).FindStruct("inner"));
    }

    [Fact]
    public void Many_types_are_reached_by_landmarks()
    {
        var sample = new BtfSample();
        uint number = sample.Add("int", 1, 0, 4, 32);
        for (uint i = 0; i < 1000; i++)
        {
            sample.Add($"s{i}", 4, i % 3, 4 * i, [.. Enumerable.Range(0, (int)(i % 3)).SelectMany(m => new[] { sample.Name($"m{m}"), number, (uint)m * 32 })]);
        }

        KernelTypes types = KernelTypes.Parse(sample.Build());
        types.Prepare(Enumerable.Range(0, 1000).Select(i => $"s{i}"));
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(i + 2, types.FindStruct($"s{i}"));
            Assert.Equal(i % 3 == 2 ? 4 : null, types.FindMember($"s{i}", "m1")?.Offset);
        }
    }
}
