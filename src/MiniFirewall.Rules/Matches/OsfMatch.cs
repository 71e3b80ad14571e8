using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m osf: what operating system the sender of a SYN has, by its fingerprint (net/netfilter/xt_osf.c).</summary>
/// <param name="TimeToLive">How its time to live counts, 0 to 2; null where not asked.</param>
/// <param name="Log">What is reported to the kernel's log, 0 to 2; null where not asked.</param>
public sealed record OsfMatch(string Genre, uint? TimeToLive, uint? Log, bool Negated) : KernelMatch
{
    private const int MostGenreBytes = 31;

    public static MatchGrammar Grammar { get; } = new("osf", new OsfMatch("", null, null, false))
    {
        OneOf = ["genre"],
        Check = IsOfTcp,
        Options =
        [
            Option<OsfMatch>.Value<string>(["genre"], TextReaders.Text("name of a system", 1, MostGenreBytes), (m, genre, not) => m with { Genre = genre, Negated = not }, negatable: true, takesText: true),
            Option<OsfMatch>.Value<uint>(["ttl"], NumberReaders.Number("level", 0, 2), (m, level, _) => m with { TimeToLive = level }),
            Option<OsfMatch>.Value<uint>(["log"], NumberReaders.Number("level", 0, 2), (m, level, _) => m with { Log = level }),
        ],
    };

    public override string Name => "osf";

    public override FamilySet Families => FamilySet.IPv4;

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalOut ? "this machine's own system needs no guessing" : null;

    protected override byte Protocol => ProtocolNames.Tcp;

    /// <summary>With --log, the kernel writes what it finds of a packet that comes to the match, behind the rules.</summary>
    public override HandedToTarget? HandsTo => Log is null ? null : new("osf", 0, [.. Structure()], Decides: false) { IsMatch = true, IsOfTcp = true };

    /// <summary>With --log, the kernel's module does not look at the name (nf_osf_match): the match holds for every system that is known.</summary>
    protected override LoadedText? Instead => Log is null ? null : new("osf", (byte)(TimeToLive ?? 0), "unknown");

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (HandsTo is { } handed)
        {
            steps.Add(new DropWhen(new QuestionTest(handed, Negated: true)));
        }

        base.Lower(family, steps);
    }

    protected override byte[] Information(Family family) => (Log is null ? this : this with { Genre = "", Negated = false, Log = 0 }).Structure();

    /// <summary>
    /// struct nf_osf_info: 32 bytes of name, its length, flags, what to log, how the time to live counts. The kernel's module is told of a negation and does
    /// not care (net/netfilter/nfnetlink_osf.c, nf_osf_match): so it is with iptables.
    /// </summary>
    private byte[] Structure()
    {
        const int Length = 48, LengthAt = 32, FlagsAt = 36, LogAt = 40, TimeToLiveAt = 44;
        const uint HasGenre = 1, HasTimeToLive = 2, Logs = 4, Inverted = 8;
        byte[] information = new byte[Length];
        int length = Encoding.UTF8.GetBytes(Genre, information);
        MemoryMarshal.Write(information.AsSpan(LengthAt), length);
        MemoryMarshal.Write(information.AsSpan(FlagsAt), HasGenre | (TimeToLive is null ? 0 : HasTimeToLive) | (Log is null ? 0 : Logs) | (Negated ? Inverted : 0));
        MemoryMarshal.Write(information.AsSpan(LogAt), Log ?? 0);
        MemoryMarshal.Write(information.AsSpan(TimeToLiveAt), TimeToLive ?? 0);
        return information;
    }

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("osf").Not(Negated).Word("--genre").Word(Genre);
        PrintLevel(writer, "--ttl", TimeToLive);
        PrintLevel(writer, "--log", Log);
    }

    public override void List(RuleTextWriter writer, ListStyle style) =>
        writer.Word("OS").Word("fingerprint").Word("match").Not(Negated).Word(Genre);

    private static void PrintLevel(RuleTextWriter writer, string option, uint? level)
    {
        if (level is not null)
        {
            writer.Word(option).Word($"{level}");
        }
    }

    private static bool IsOfTcp(object state, Word place, ReadContext context)
    {
        bool isOfTcp = context.Protocol is { Negated: false, Number: ProtocolNames.Tcp };
        if (!isOfTcp)
        {
            context.Diagnostics.Report(ErrorCodes.WrongProtocol, place, "match osf needs -p tcp", "write -p tcp in this rule");
        }

        return isOfTcp;
    }
}
