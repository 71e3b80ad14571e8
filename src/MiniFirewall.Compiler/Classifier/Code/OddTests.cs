using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>A reason to drop a packet, and the protocol that a packet must have to meet it (null: any).</summary>
internal sealed record OddTest(byte? Protocol, Condition Condition);

/// <summary>
/// What makes a packet odd: any "drop when" of any statement that could hold for it. A later fragment is always odd, as is a
/// packet with a broken extension chain; of lengths the greatest that is asked for under a protocol counts.
/// </summary>
internal static class OddTests
{
    /// <summary>What the usual matches ask for, whether the list has them or not: so a change can bring the first one.</summary>
    private static readonly Dictionary<(byte? Protocol, Field Field), UInt128> Usual = new()
    {
        [(IpProtocol.Tcp, Field.TransportLength)] = 19,
        [(IpProtocol.Udp, Field.TransportLength)] = 7,
    };

    /// <summary>The tests beside fragment and broken chain; null where there are too many to make each packet go through them.</summary>
    internal static List<OddTest>? Of(IEnumerable<Statement> statements)
    {
        const int Most = 32;
        var tests = new Dictionary<(byte? Protocol, string Key), OddTest>();
        var lengths = new Dictionary<(byte? Protocol, Field Field), UInt128>(Usual);
        foreach (Statement statement in statements)
        {
            byte? protocol = null;
            foreach (Step step in statement.Early)
            {
                if (step is Require { Condition: FieldTest { Field: Field.Protocol, Negated: false } test } && test.Mask >= 0xff)
                {
                    protocol = (byte)test.Value;
                }
                else if (step is DropWhen drop)
                {
                    Add(drop.Condition, protocol, tests, lengths);
                    if (tests.Count > Most)
                    {
                        return null;
                    }
                }
            }
        }

        foreach (((byte? protocol, Field field), UInt128 high) in lengths)
        {
            tests.Add((protocol, $"{field} length"), new(protocol, RangeTest.Between(field, 0, high)));
        }

        return [.. tests.Values.OrderBy(test => test.Protocol ?? -1).ThenBy(test => test.Condition.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Later fragments and broken chains are odd whatever the list.</summary>
    internal static bool IsAlwaysMade(Condition condition) =>
        condition is FieldTest { Field: Field.ChainBroken } || (condition is FieldTest { Field: Field.FragmentOffset, Negated: false } fragment && fragment.Value != 0);

    private static void Add(
        Condition condition, byte? protocol, Dictionary<(byte? Protocol, string Key), OddTest> tests, Dictionary<(byte? Protocol, Field Field), UInt128> lengths)
    {
        if (IsAlwaysMade(condition))
        {
            return;
        }

        switch (condition)
        {
            case RangeTest { Negated: false, Ranges: [{ Low: var low } range] } test when low == 0:
                UInt128 known = lengths.GetValueOrDefault((protocol, test.Field));
                lengths[(protocol, test.Field)] = UInt128.Max(known, range.High);
                break;
            default:
                tests.TryAdd((protocol, condition.ToString()), new(protocol, condition));
                break;
        }
    }
}
