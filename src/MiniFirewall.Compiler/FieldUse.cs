using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler;

/// <summary>Which fields a packet program asks for: the prologue reads no others.</summary>
internal sealed class FieldUse
{
    /// <summary>A bit for each field, by its number.</summary>
    private uint _fields;

    private FieldUse()
    {
    }

    /// <summary>Some statement looks into a set.</summary>
    internal bool Sets { get; private set; }

    /// <summary>Some statement tells the sender of what it drops.</summary>
    internal bool Answers { get; private set; }

    /// <summary>Some statement changes packets.</summary>
    internal bool ChangesPackets { get; private set; }

    /// <summary>Some statement hands packets to targets, also such as are dropped then.</summary>
    internal bool HandsToTargets => Questions.All.Any(question => question is HandedToTarget { Decides: false });

    /// <summary>Some statement hands packets to a target that takes a server's place.</summary>
    internal bool HasProxy => Questions.All.Any(question => question is HandedToTarget { IsProxy: true });

    /// <summary>Some statement asks what the kernel's matches and targets have found.</summary>
    internal bool AsksFindings => Questions.All.Any(question => question is KernelMatchHolds or KernelUnasked);

    /// <summary>What statements ask beside fields.</summary>
    internal QuestionCodes Questions { get; } = new();

    /// <summary>More of the transport header than its first four bytes.</summary>
    internal bool ReadsTcp => HasAny(Field.TcpFlags, Field.TcpDataOffset, Field.TcpOptionsCut);

    /// <summary>Something of the transport header, or its length.</summary>
    internal bool ReadsTransport => ReadsTcp
        || HasAny(Field.TransportLength, Field.SourcePort, Field.DestinationPort, Field.IcmpType, Field.IcmpCode);

    /// <summary>What a packet is to its connection.</summary>
    internal bool AsksConnection => HasAny(Field.ConnectionState, Field.ConnectionDirection);

    /// <summary>IPv6: the header chain has to be looked at.</summary>
    internal bool LocatesTransport => ReadsTransport || HasAny(Field.Protocol, Field.FragmentOffset, Field.ChainBroken);

    internal static FieldUse Of(PacketProgram program)
    {
        var use = new FieldUse();
        use.VisitProgram(program);
        return use;
    }

    /// <summary>
    /// What programs over an image ask for: what any of them does, and what entries say, so that the programs
    /// need not change with the image.
    /// </summary>
    internal static FieldUse OfClassifier(IEnumerable<FieldUse> programs)
    {
        var use = new FieldUse();
        use.Add([Field.Source, Field.Destination, Field.Protocol, Field.FragmentOffset, Field.TransportLength, Field.SourcePort, Field.DestinationPort, Field.ChainBroken]);
        foreach (FieldUse program in programs)
        {
            use._fields |= program._fields;
            use.Sets |= program.Sets;
            use.Answers |= program.Answers;
            use.ChangesPackets |= program.ChangesPackets;
            foreach ((Question code, int asker) in program.Questions.All.Zip(program.Questions.Askers))
            {
                use.Questions.Add(code, asker);
            }
        }

        return use;
    }

    /// <summary>What programs ask for that are known by this.</summary>
    /// <param name="fields">As <see cref="Bits"/>.</param>
    /// <param name="codes">Of the questions, in the order of their numbers, with the counter of a statement that asks each.</param>
    internal static FieldUse OfKnown(uint fields, bool sets, bool answers, IEnumerable<(Question Code, int Asker)> codes)
    {
        var use = new FieldUse { _fields = fields, Sets = sets, Answers = answers };
        foreach ((Question code, int asker) in codes)
        {
            use.Questions.Add(code, asker);
            use.ChangesPackets |= code is PacketChange;
        }

        return use;
    }

    internal static FieldUse Of(Statement statement)
    {
        var use = new FieldUse();
        use.VisitStatement(statement);
        return use;
    }

    /// <summary>Adds what tracking a packet's connection reads.</summary>
    internal void AddTracking() => Add(
        [
            Field.Source, Field.Destination, Field.Protocol, Field.FragmentOffset, Field.ChainBroken, Field.TransportLength, Field.SourcePort,
            Field.DestinationPort, Field.ConnectionState, Field.ConnectionDirection,
        ]);

    /// <summary>The same of what tracking reads.</summary>
    internal static uint TrackingBits
    {
        get
        {
            var use = new FieldUse();
            use.AddTracking();
            return use.Bits;
        }
    }

    /// <summary>A bit for each field, by its number.</summary>
    internal uint Bits => _fields;

    internal bool Has(Field field) => (_fields & (1u << (int)field)) != 0;

    internal bool HasAny(params ReadOnlySpan<Field> fields)
    {
        foreach (Field field in fields)
        {
            if (Has(field))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(params ReadOnlySpan<Field> fields)
    {
        foreach (Field field in fields)
        {
            _fields |= 1u << (int)field;
        }
    }

    private void VisitProgram(PacketProgram program)
    {
        foreach (Block block in program.Blocks)
        {
            foreach (Statement statement in block.Statements)
            {
                VisitStatement(statement);
            }
        }
    }

    private void VisitStatement(Statement statement)
    {
        Answers |= statement.Outcome is Decide { Answer: not Answer.None };
        foreach (Step step in statement.Steps)
        {
            Visit(step is Require require ? require.Condition : ((DropWhen)step).Condition, statement.Counter);
        }
    }

    private void Visit(Condition condition, int counter)
    {
        switch (condition)
        {
            case FieldTest test:
                VisitField(test.Field);
                break;
            case RangeTest test:
                VisitField(test.Field);
                break;
            case AnyOf any:
                VisitAll(any.Conditions, counter);
                break;
            case AllOf all:
                VisitAll(all.Conditions, counter);
                break;
            case SetTest test:
                Sets = true;
                VisitDimensions(test);
                break;
            case QuestionTest test:
                Add(test.Question.Reads.AsSpan());
                Questions.Add(test.Question.Code, counter);
                VisitChange(test.Question);
                break;
            default:
                throw new CompileException($"unknown condition {condition.GetType().Name}", Origin.None);
        }
    }

    /// <summary>What has become of a packet's mark is found by comparing it with the packet's own.</summary>
    private void VisitChange(Question question)
    {
        if (question is PacketChange)
        {
            ChangesPackets = true;
            Add([Field.Mark]);
        }
    }

    /// <summary>An address's names are looked up by the address.</summary>
    private void VisitField(Field field)
    {
        Add([field]);
        if (field is Field.SourceNames or Field.DestinationNames)
        {
            Add([field == Field.SourceNames ? Field.Source : Field.Destination]);
        }
    }

    /// <summary>A set's look-up reads the addresses it is told to, and of a set with ports all that says whether there is one.</summary>
    private void VisitDimensions(SetTest test)
    {
        Add(test.Dimensions.AsSpan());
        if (test.Dimensions.Any(field => field is Field.SourcePort or Field.DestinationPort))
        {
            Add(
                [Field.Protocol, Field.FragmentOffset, Field.ChainBroken, Field.TransportLength, Field.SourcePort, Field.DestinationPort]);
        }
    }

    private void VisitAll(IEnumerable<Condition> conditions, int counter)
    {
        foreach (Condition condition in conditions)
        {
            Visit(condition, counter);
        }
    }
}
