using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>The options of HMARK, and what they may not be together (libxt_HMARK.c, xt_HMARK.c).</summary>
internal static class HmarkGrammar
{
    /// <summary>Stands for 32 or 128, as the packet's family has it.</summary>
    internal const int WholeAddress = -1;

    private const uint Connection = 1, Source = 2, Destination = 4, SourcePort = 8, DestinationPort = 16, Protocol = 32, Spi = 64;

    /// <summary>In the order in which a shortened word is looked for.</summary>
    private static readonly (string Name, uint Value)[] Parts =
    [
        ("ct", Connection), ("src", Source), ("dst", Destination), ("sport", SourcePort), ("dport", DestinationPort), ("proto", Protocol), ("spi", Spi),
    ];

    private static readonly ValueReader<uint> Short = NumberReaders.Number("number of 16 bits", 0, ushort.MaxValue);
    private static readonly ValueReader<uint> Long = NumberReaders.Number("number of 32 bits", 0, uint.MaxValue);

    internal static TargetGrammar Grammar { get; } = new("HMARK", new HmarkTarget())
    {
        OneOf =
        [
            "hmark-tuple", "hmark-src-prefix", "hmark-dst-prefix", "hmark-sport-mask", "hmark-dport-mask", "hmark-spi-mask", "hmark-sport",
            "hmark-dport", "hmark-spi", "hmark-proto-mask",
        ],
        Mandatory = ["hmark-mod", "hmark-rnd"],
        Options =
        [
            Option<HmarkTarget>.Value(["hmark-tuple"], NameReaders.FlagsByBeginning("part of a packet", Parts), (t, parts, _) => With(t, parts)),
            Part<int>("hmark-src-prefix", PrefixLengths.Read, t => t.SourcePrefix is not null, (t, value) => t with { SourcePrefix = value }),
            Part<int>("hmark-dst-prefix", PrefixLengths.Read, t => t.DestinationPrefix is not null, (t, value) => t with { DestinationPrefix = value }),
            Part<uint>("hmark-sport-mask", Short, t => t.SourcePortMask is not null, (t, value) => t with { SourcePortMask = (ushort)value }),
            Part<uint>("hmark-dport-mask", Short, t => t.DestinationPortMask is not null, (t, value) => t with { DestinationPortMask = (ushort)value }),
            Part<uint>("hmark-spi-mask", Long, t => t.SpiMask is not null, (t, value) => t with { SpiMask = value }),
            Option<HmarkTarget>.Value(["hmark-sport"], Short, (t, port, _) => t with { SourcePort = (ushort)port }),
            Option<HmarkTarget>.Value(["hmark-dport"], Short, (t, port, _) => t with { DestinationPort = (ushort)port }),
            Option<HmarkTarget>.Value(["hmark-spi"], Long, (t, spi, _) => t with { Spi = spi }),
            Part<uint>("hmark-proto-mask", Short, t => t.ProtocolMask is not null, (t, value) => t with { ProtocolMask = (ushort)value }),
            Option<HmarkTarget>.Value(["hmark-mod"], NumberReaders.Number("modulus", 1, uint.MaxValue), (t, modulus, _) => t with { Modulus = modulus }),
            Option<HmarkTarget>.Value(["hmark-rnd"], Long, (t, seed, _) => t with { Seed = seed }),
            Option<HmarkTarget>.Value(["hmark-offset"], Long, (t, offset, _) => t with { Offset = offset }),
        ],
        Check = IsSound,
    };

    /// <summary>An option for a part that --hmark-tuple before it has not named as a whole.</summary>
    private static OptionSpec Part<T>(string name, ValueReader<T> read, Func<HmarkTarget, bool> isGiven, Func<HmarkTarget, T, HmarkTarget> set)
    {
        return new OptionSpec([name], 1, Apply);

        object? Apply(object state, OptionUse use)
        {
            var target = (HmarkTarget)state;
            if (isGiven(target))
            {
                use.Context.Diagnostics.Report(ErrorCodes.RepeatedOption, use.Option, $"--{name} says what --hmark-tuple has said", "leave one out",
                    Convention.Usage($"HMARK: option \"--{name}\" can only be used once.\n"));
                return null;
            }

            return read(use.First, use.Context, out T value) ? set(target, value) : null;
        }
    }

    private static HmarkTarget With(HmarkTarget target, uint parts) => target with
    {
        UsesConnection = (parts & Connection) != 0,
        SourcePrefix = (parts & Source) != 0 ? WholeAddress : target.SourcePrefix,
        DestinationPrefix = (parts & Destination) != 0 ? WholeAddress : target.DestinationPrefix,
        SourcePortMask = (parts & SourcePort) != 0 ? ushort.MaxValue : target.SourcePortMask,
        DestinationPortMask = (parts & DestinationPort) != 0 ? ushort.MaxValue : target.DestinationPortMask,
        ProtocolMask = (parts & Protocol) != 0 ? ushort.MaxValue : target.ProtocolMask,
        SpiMask = (parts & Spi) != 0 ? uint.MaxValue : target.SpiMask,
    };

    /// <summary>A packet has ports or an SPI, at one place.</summary>
    private static bool IsSound(object state, Word place, ReadContext context)
    {
        var target = (HmarkTarget)state;
        bool sound = !(target.SpiMask is not null && (target.SourcePortMask ?? target.DestinationPortMask) is not null)
            && !(target.Spi is not null && (target.SourcePort ?? target.DestinationPort) is not null);
        if (!sound)
        {
            context.Diagnostics.Report(ErrorCodes.ExcludedOption, place, "HMARK cannot hash ports and an SPI", "leave one out: no packet has both");
        }

        return sound;
    }
}
