using System.Collections.Immutable;
using MiniFirewall.Engine;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class StoredRulesTests
{
    private static readonly StoredRules s_rules = new(
        DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), 256, [1, 7, 255], [true, false, true],
        [FamilySet.Both, FamilySet.IPv6], [new StoredName("bigmart.com", [0x0a000001], [UInt128.MaxValue, 1])], "-A INPUT -j DROP\n# ü\n");

    [Fact]
    public void What_is_encoded_is_decoded()
    {
        StoredRules read = StoredRules.Decode(s_rules.Encode());
        Assert.Equal((s_rules.AppliedAt, s_rules.Capacity, s_rules.Text), (read.AppliedAt, read.Capacity, read.Text));
        Assert.Equal<IEnumerable<int>>(s_rules.Slots, read.Slots);
        Assert.Equal<IEnumerable<bool>>(s_rules.Kept, read.Kept);
        Assert.Equal<IEnumerable<FamilySet>>(s_rules.Families, read.Families);
        StoredName name = Assert.Single(read.Names);
        Assert.Equal("bigmart.com", name.Name);
        Assert.Equal<IEnumerable<UInt128>>(s_rules.Names[0].V4, name.V4);
        Assert.Equal<IEnumerable<UInt128>>(s_rules.Names[0].V6, name.V6);
    }

    [Fact]
    public void Anything_cut_short_is_refused()
    {
        byte[] whole = s_rules.Encode();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(FirewallFailure.Refused, Assert.Throws<FirewallException>(() => StoredRules.Decode(whole[..length])).Failure);
        }
    }
}
