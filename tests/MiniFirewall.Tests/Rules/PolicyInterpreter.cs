using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// Runs packet programs as Policy's own documents say, so that the compiled meaning of a rule set can be compared with its
/// reference meaning without a kernel. A field that no earlier step has made sure of throws.
/// </summary>
internal sealed class PolicyInterpreter(PacketProgram program, Packet packet, ImmutableArray<NamedSet> sets, LiveNames names)
{
    private readonly List<int> _counted = [];

    /// <summary>The verdict and the counters of the rules that matched, in order; the default's where it decided.</summary>
    internal static (Verdict Verdict, IReadOnlyList<int> Counted) Run(PacketProgram program, Packet packet, ImmutableArray<NamedSet> sets = default, LiveNames? names = null)
    {
        var run = new PolicyInterpreter(program, packet, sets, names ?? LiveNames.None);
        Verdict? verdict = run.Run(program.Blocks[program.Entry], 0);
        if (verdict is null)
        {
            run._counted.Add(program.DefaultCounter);
        }

        return (verdict ?? program.Default, run._counted);
    }

    /// <summary>The block's verdict, or null where it ends without one.</summary>
    private Verdict? Run(Block block, int depth)
    {
        if (depth > program.Blocks.Length)
        {
            throw new InvalidOperationException("blocks call one another in a circle");
        }

        foreach (Statement statement in block.Statements)
        {
            bool? matches = Matches(statement);
            if (matches is null)
            {
                return Verdict.Drop;
            }

            if (matches == false)
            {
                continue;
            }

            packet = statement.Steps is [.., DropWhen { Condition: QuestionTest { Question: PacketChange change } }] ? change.Changed(packet) : packet;
            _counted.Add(statement.Counter);
            switch (statement.Outcome)
            {
                case Decide decide:
                    return decide.Verdict;
                case Leave:
                    return null;
                case TailTo tail:
                    return Run(program.Blocks[tail.Block], depth + 1);
                case Call call when Run(program.Blocks[call.Block], depth + 1) is { } verdict:
                    return verdict;
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>Null where the packet is dropped as invalid.</summary>
    private bool? Matches(Statement statement)
    {
        foreach (Step step in statement.Steps)
        {
            switch (step)
            {
                case Require require when !Holds(require.Condition):
                    return false;
                case DropWhen drop when Holds(drop.Condition):
                    return null;
                default:
                    break;
            }
        }

        return true;
    }

    private bool Holds(Condition condition) => condition switch
    {
        FieldTest test => ((Read(test.Field) & test.Mask) == test.Value) != test.Negated,
        RangeTest test => test.Ranges.Any(range => Read(test.Field) is var value && value >= range.Low && value <= range.High) != test.Negated,
        AnyOf any => any.Conditions.Any(Holds) != any.Negated,
        AllOf all => all.Conditions.All(Holds) != all.Negated,
        SetTest test => SetOracle.Holds(sets[test.Set], test, packet) != test.Negated,
        QuestionTest test => test.Question.Ask(packet) != test.Negated,
        _ => throw new NotSupportedException(condition.ToString()),
    };

    private UInt128 Read(Field field) => field switch
    {
        Field.Source => packet.Source,
        Field.Destination => packet.Destination,
        Field.InInterface => Name(packet.InInterface),
        Field.OutInterface => Name(packet.OutInterface),
        Field.ChainBroken => packet.Transport.IsBroken ? 1u : 0u,
        Field.Protocol => packet.Transport.Protocol,
        Field.FragmentOffset => (UInt128)packet.Transport.FragmentOffset,
        Field.TransportLength => (UInt128)packet.TransportBytes.Length,
        Field.SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Transport(2)),
        Field.DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(Transport(4)[2..]),
        Field.TcpDataOffset => (UInt128)(Transport(13)[12] >> 4),
        Field.TcpOptionsCut => packet.TransportBytes.Length < (Transport(13)[12] >> 4) * 4 ? 1u : 0u,
        Field.TcpFlags => Transport(14)[13],
        Field.IcmpType => Transport(1)[0],
        Field.IcmpCode => Transport(2)[1],
        Field.Length => (UInt128)(packet.Family == Family.IPv4 ? packet.DeclaredLength : packet.Bytes.Length),
        Field.HopLimit => packet.HopLimit,
        Field.Mark => packet.Mark,
        Field.ConnectionState => (UInt128)(byte)packet.ConnectionState,
        Field.ConnectionDirection => (UInt128)(byte)packet.ConnectionDirection,
        Field.SourceNames => names.MarksOf(packet.Family, packet.Source),
        Field.DestinationNames => names.MarksOf(packet.Family, packet.Destination),
        _ => throw new NotSupportedException(field.ToString()),
    };

    private ReadOnlySpan<byte> Transport(int needed) => packet.TransportBytes.Length >= needed && packet.Transport.FragmentOffset == 0
        ? packet.TransportBytes
        : throw new InvalidOperationException($"{needed} bytes of the transport header are read unproved");

    private static UInt128 Name(string name)
    {
        Span<byte> bytes = stackalloc byte[16];
        Encoding.UTF8.GetBytes(name, bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
