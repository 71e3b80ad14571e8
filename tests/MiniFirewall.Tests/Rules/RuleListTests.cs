using System.Globalization;
using System.Text;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Inserts and deletes in long chains, against a plain list.</summary>
public sealed class RuleListTests
{
    /// <summary>A line and what it does to a list of the rules' source addresses and families.</summary>
    private static readonly Gen<(int Kind, int Where, int Address, FamilySet Families)[]> Changes =
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5000], Gen.Int[0, 50], Gen.Int[1, 3].Select(f => (FamilySet)f)).Array[1, 60];

    [Fact]
    public void Inserts_and_deletes_are_as_in_a_plain_list() => Gen.Select(Gen.Int[0, 1600], Changes).Sample(
        sample =>
        {
            List<(int Mark, FamilySet Families)> model = [];
            var text = new StringBuilder();
            for (int i = 0; i < sample.Item1; i++)
            {
                Append(text, FamilySet.Both, $"-A INPUT -m mark --mark 0x{i % 300:x}");
                model.Add((i % 300, FamilySet.Both));
            }

            foreach ((int kind, int where, int address, FamilySet families) in sample.Item2)
            {
                Change(text, model, kind, where, address, families);
            }

            Assert.Equal(
                model.Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Families} -m mark --mark 0x{rule.Mark:x}")),
                Reading.Good(text.ToString()).Chains[0].Rules.Select(rule => $"{rule.Families} {rule}"));
        },
        iter: 100);

    [Fact]
    public void A_list_of_rules_that_is_put_in_somewhere_is_put_in_reversed_also_where_a_block_is_full()
    {
        string many = string.Concat(Enumerable.Repeat("-A INPUT -j ACCEPT\n", 512));
        RuleSet rules = Reading.Good(many + "-I INPUT 500 -s 10.0.0.1,10.0.0.2,10.0.0.3\n-I INPUT 2 -s 10.0.0.4,10.0.0.5\n");
        Assert.Equal(
            ["-s 10.0.0.5/32", "-s 10.0.0.4/32", "-s 10.0.0.3/32", "-s 10.0.0.2/32", "-s 10.0.0.1/32"],
            rules.Chains[0].Rules.Select(rule => rule.ToString()).Where(rule => rule != "-j ACCEPT"));
        Assert.Equal([1, 2, 501, 502, 503], rules.Chains[0].Rules.Select((rule, i) => (rule, i)).Where(entry => entry.rule.Source is not null).Select(entry => entry.i));
    }

    private static void Change(StringBuilder text, List<(int Mark, FamilySet Families)> model, int kind, int where, int mark, FamilySet families)
    {
        int[] held = [.. model.Select((rule, i) => (rule, i)).Where(entry => (entry.rule.Families & families) != 0).Select(entry => entry.i)];
        int number = where % (held.Length + 1);
        int index = number < held.Length ? held[number] : model.Count;
        switch (kind)
        {
            case 0 or 1:
                Append(text, families, $"-I INPUT {number + 1} -m mark --mark 0x{mark:x}");
                model.Insert(index, (mark, families));
                break;
            case 2 when number < held.Length:
                Append(text, families, $"-D INPUT {number + 1}");
                Remove(model, index, families);
                break;
            case 3 when held.Length > 0:
                mark = model[held[number % held.Length]].Mark;
                Append(text, families, $"-D INPUT -m mark --mark 0x{mark:x}");
                Remove(model, held.First(i => model[i].Mark == mark), families);
                break;
            default:
                Append(text, families, $"-A INPUT -m mark --mark 0x{mark:x}");
                model.Add((mark, families));
                break;
        }
    }

    private static void Append(StringBuilder text, FamilySet families, string line) =>
        text.Append(families switch { FamilySet.IPv4 => "-4 ", FamilySet.IPv6 => "-6 ", _ => "" }).Append(line).Append('\n');

    private static void Remove(List<(int Mark, FamilySet Families)> model, int index, FamilySet families)
    {
        model[index] = (model[index].Mark, model[index].Families & ~families);
        if (model[index].Families == FamilySet.None)
        {
            model.RemoveAt(index);
        }
    }
}
