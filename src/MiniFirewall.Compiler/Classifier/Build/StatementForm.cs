using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>
/// A statement as the image holds it: what entries say (prefixes, port ranges, protocol; each a list of alternatives), the
/// conditions that are left for ordinary packets, and all steps in order for odd ones. Of a statement with late steps only what
/// stands before them.
/// </summary>
internal sealed class StatementForm
{
    private static readonly List<Prefix> AnyPrefix = [new(0, 0)];
    private static readonly List<ValueRange> AnyPort = [new(0, ushort.MaxValue)];

    internal List<Prefix> Sources { get; set; } = AnyPrefix;

    internal List<Prefix> Destinations { get; set; } = AnyPrefix;

    internal List<ValueRange> SourcePorts { get; set; } = AnyPort;

    internal List<ValueRange> DestinationPorts { get; set; } = AnyPort;

    internal byte? Protocol { get; set; }

    /// <summary>False where no ordinary packet can match.</summary>
    internal bool IsOrdinary { get; set; } = true;

    /// <summary>Conditions beside those of the entries; they must hold for an ordinary packet.</summary>
    internal List<Condition> Residual { get; } = [];

    /// <summary>All steps but the addresses', in order.</summary>
    internal List<OpStep> Full { get; } = [];

    internal bool HasSources => !ReferenceEquals(Sources, AnyPrefix);

    internal bool HasDestinations => !ReferenceEquals(Destinations, AnyPrefix);

    internal bool HasSourcePorts => !ReferenceEquals(SourcePorts, AnyPort);

    internal bool HasDestinationPorts => !ReferenceEquals(DestinationPorts, AnyPort);

    /// <summary>Entries that the alternatives make.</summary>
    internal long EntryCount => (long)Sources.Count * Destinations.Count * SourcePorts.Count * DestinationPorts.Count;

    /// <summary>An entry for each combination of the alternatives.</summary>
    /// <param name="entry">What they have in common.</param>
    internal IEnumerable<EntryForm> Alternatives(EntryForm entry)
    {
        foreach (Prefix source in Sources)
        {
            (entry.Source, entry.SourceLength) = (source.Bits, (byte)source.Length);
            foreach (Prefix destination in Destinations)
            {
                (entry.Destination, entry.DestinationLength) = (destination.Bits, (byte)destination.Length);
                foreach (ValueRange sourcePorts in SourcePorts)
                {
                    (entry.SourcePort, entry.SourceWidth) = ((ushort)sourcePorts.Low, (ushort)(sourcePorts.High - sourcePorts.Low));
                    foreach (ValueRange ports in DestinationPorts)
                    {
                        (entry.DestinationPort, entry.DestinationWidth) = ((ushort)ports.Low, (ushort)(ports.High - ports.Low));
                        yield return entry;
                    }
                }
            }
        }
    }
}

/// <summary>Reads statements into forms.</summary>
/// <param name="most">A statement of more alternatives keeps the longest list as a condition.</param>
internal sealed class StatementReader(Family family, int most = StatementReader.MostEntries)
{
    private const int MostEntries = 64, LeastEntries = 8, MostBytes = 1 << 28;

    /// <summary>How many entries a statement may be, for all of so many together to fit an image that programs can reach.</summary>
    internal static int MostFor(Family family, int statements) =>
        Math.Clamp(MostBytes / ImageFormat.EntrySize(family == Family.IPv6) / Math.Max(statements, 1), LeastEntries, MostEntries);

    private readonly int _width = family == Family.IPv4 ? 32 : 128;

    internal StatementForm Read(Statement statement)
    {
        var form = new StatementForm();
        bool mayDrop = false;
        foreach (Step step in statement.Early)
        {
            if (step is DropWhen drop)
            {
                mayDrop = true;
                form.Full.Add(new ConditionStep(drop.Condition, IsDrop: true));
            }
            else
            {
                ReadRequirement(((Require)step).Condition, form, mayDrop);
            }
        }

        return form;
    }

    /// <summary>An address that is asked about behind a possible drop stays a condition: odd packets are found by addresses.</summary>
    private void ReadRequirement(Condition condition, StatementForm form, bool mayDrop)
    {
        if (ConstantForOrdinary(condition) is { } constant)
        {
            form.IsOrdinary &= constant;
            form.Full.Add(new ConditionStep(condition, IsDrop: false));
        }
        else if (!mayDrop && TakeAddress(condition, form))
        {
            // The entry says it all.
        }
        else if (TakeProtocol(condition, form))
        {
            form.Full.Add(new EntryStep(OpKind.EntryProtocol));
        }
        else if (TakePorts(condition, form) is { } kind)
        {
            form.Full.Add(new EntryStep(kind));
        }
        else
        {
            form.Residual.Add(condition);
            form.Full.Add(new ConditionStep(condition, IsDrop: false));
        }
    }

    /// <summary>Ordinary packets are whole and not broken: what a condition on that alone says of them.</summary>
    private static bool? ConstantForOrdinary(Condition condition) => condition switch
    {
        FieldTest { Field: Field.FragmentOffset or Field.ChainBroken } test => (test.Value == 0) != test.Negated,
        RangeTest { Field: Field.FragmentOffset or Field.ChainBroken } test => test.Ranges.Any(range => range.Low == 0) != test.Negated,
        _ => null,
    };

    private bool TakeAddress(Condition condition, StatementForm form)
    {
        (Field field, List<Prefix>? prefixes) = condition switch
        {
            FieldTest { Negated: false, Field: Field.Source or Field.Destination } test => (test.Field, OfMask(test)),
            RangeTest { Negated: false, Field: Field.Source or Field.Destination } test => (test.Field, OfRanges(test)),
            _ => (default, null),
        };
        bool isSource = field == Field.Source;
        if (prefixes is null || prefixes.Count == 0 || (isSource ? form.HasSources : form.HasDestinations)
            || form.EntryCount * prefixes.Count > most)
        {
            return false;
        }

        if (isSource)
        {
            form.Sources = prefixes;
        }
        else
        {
            form.Destinations = prefixes;
        }

        return true;
    }

    private List<Prefix>? OfMask(FieldTest test) =>
        (test.Value & ~test.Mask) == 0 && Prefix.Of(test.Mask, test.Value, _width) is { } prefix ? [prefix] : null;

    private List<Prefix>? OfRanges(RangeTest test)
    {
        UInt128 full = _width == 128 ? UInt128.MaxValue : (UInt128.One << _width) - 1;
        var all = new List<Prefix>();
        foreach (ValueRange range in RangeSet.Normalize(test.Ranges, full))
        {
            if (Prefix.Split(range, _width, most) is not { } prefixes || all.Count + prefixes.Count > most)
            {
                return null;
            }

            all.AddRange(prefixes);
        }

        return all;
    }

    private static bool TakeProtocol(Condition condition, StatementForm form)
    {
        if (form.Protocol is not null || condition is not FieldTest { Field: Field.Protocol, Negated: false } test
            || (test.Mask & 0xff) != 0xff || test.Value > 0xff)
        {
            return false;
        }

        form.Protocol = (byte)test.Value;
        return true;
    }

    private OpKind? TakePorts(Condition condition, StatementForm form)
    {
        if (condition is not RangeTest { Negated: false, Field: Field.SourcePort or Field.DestinationPort } test)
        {
            return null;
        }

        bool isSource = test.Field == Field.SourcePort;
        List<ValueRange> ranges = [.. RangeSet.Normalize(test.Ranges, ushort.MaxValue)];
        if (ranges.Count == 0 || (isSource ? form.HasSourcePorts : form.HasDestinationPorts) || form.EntryCount * ranges.Count > most)
        {
            return null;
        }

        if (isSource)
        {
            form.SourcePorts = ranges;
            return OpKind.EntrySourcePort;
        }

        form.DestinationPorts = ranges;
        return OpKind.EntryDestinationPort;
    }
}
