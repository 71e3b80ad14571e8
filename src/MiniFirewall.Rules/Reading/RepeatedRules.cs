using System.Buffers;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// Reads lines that differ from one read before in their addresses only, without taking them apart: most lines of a long list.
/// Such a line is "-A CHAIN", "-s ADDRESS" and "-d ADDRESS" where it has them, in this order, after the program's name where it
/// has one, and an end that is, to the letter, the end of a line of the same program and chain that LineParser has read. It
/// knows no grammar but that of addresses.
/// </summary>
internal sealed class RepeatedRules
{
    private const int Bits = 12;

    /// <summary>What both quoting styles read as it stands; a line that has anything else is LineParser's.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create(" !%*+,-./0123456789:=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{}~");

    private readonly Known?[] _known = new Known?[1 << Bits];

    /// <summary>Cuts a line into its beginning and its end; false where it is not of the kind that can be repeated.</summary>
    internal static bool TryCut(ReadOnlySpan<char> rest, out CutLine cut)
    {
        cut = default;
        int program = rest.StartsWith("iptables ") ? 9 : rest.StartsWith("ip6tables ") ? 10 : 0;
        if (!rest[program..].StartsWith("-A "))
        {
            return false;
        }

        int length = rest.IndexOfAnyExcept(Plain);
        length = length < 0 ? rest.Length : length;
        if ((length < rest.Length && rest[length] != '\n') || rest[length - 1] == ' ')
        {
            return false;
        }

        ReadOnlySpan<char> line = rest[..length];
        int chain = program + 3, at = chain + WordLength(line[chain..]);
        cut = new CutLine { Line = line, Chain = line[chain..at], ChainStart = chain };
        cut.Source = TakeAddress(line, ref at, 's');
        cut.Destination = TakeAddress(line, ref at, 'd');
        cut.EndStart = at;
        return cut.Chain.Length > 0;
    }

    /// <summary>The rule of a line whose end is known, but for its place; null where it is not known.</summary>
    internal Known? Find(in CutLine cut) =>
        _known[TextHash.Of(cut.End, Bits)] is { } known && known.ChainStart == cut.ChainStart && known.SourceFamily == cut.Source?.Family && known.DestinationFamily == cut.Destination?.Family
            && cut.End.SequenceEqual(known.End) && cut.Chain.SequenceEqual(known.Chain.Text) ? known : null;

    /// <summary>Keeps what LineParser has made of a line, where it is one rule that a chain has been given.</summary>
    internal void Learn(in CutLine cut, int lineStart, LineCommand command)
    {
        if (command is { Kind: Grammar.GlobalKind.Append, Rules: [var placed], Chain: { } chain } && cut.Chain.SequenceEqual(chain.Text))
        {
            _known[TextHash.Of(cut.End, Bits)] = new Known
            {
                Chain = chain,
                ChainStart = cut.ChainStart,
                End = cut.End.ToString(),
                SourceFamily = cut.Source?.Family,
                DestinationFamily = cut.Destination?.Family,
                Families = command.Families,
                Rule = placed.Rule,
                TargetAt = placed.TargetPlace.Start - lineStart - cut.EndStart,
                Target = placed.TargetPlace.Text,
            };
        }
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        int blank = text.IndexOf(' ');
        return blank < 0 ? text.Length : blank;
    }

    /// <summary>Reads " -s ADDRESS" or " -d ADDRESS", and moves behind it; null, and no move, where nothing of the kind stands there.</summary>
    private static PlainAddress? TakeAddress(ReadOnlySpan<char> line, ref int at, char option)
    {
        ReadOnlySpan<char> rest = line[at..];
        if (rest.Length < 5 || rest[0] != ' ' || rest[1] != '-' || rest[2] != option || rest[3] != ' ')
        {
            return null;
        }

        int length = WordLength(rest[4..]);
        if (PlainAddress.TryRead(rest.Slice(4, length)) is not { } address)
        {
            return null;
        }

        at += 4 + length;
        return address;
    }

    /// <summary>A line in two parts.</summary>
    internal ref struct CutLine
    {
        internal ReadOnlySpan<char> Line { get; init; }

        internal ReadOnlySpan<char> Chain { get; init; }

        /// <summary>Where the chain's name begins, which tells the program too.</summary>
        internal int ChainStart { get; init; }

        internal int EndStart { get; set; }

        internal PlainAddress? Source { get; set; }

        internal PlainAddress? Destination { get; set; }

        internal readonly ReadOnlySpan<char> End => Line[EndStart..];
    }

    /// <summary>What the end of a line means after a beginning with addresses of these families.</summary>
    internal sealed class Known
    {
        internal required Word Chain { get; init; }

        internal required int ChainStart { get; init; }

        internal required string End { get; init; }

        internal required Family? SourceFamily { get; init; }

        internal required Family? DestinationFamily { get; init; }

        /// <summary>Of the command.</summary>
        internal required FamilySet Families { get; init; }

        internal required Rule Rule { get; init; }

        /// <summary>Where the word that names the target stands, from the end's start on.</summary>
        internal required int TargetAt { get; init; }

        internal required string Target { get; init; }

        /// <summary>The rule of another line with this end.</summary>
        internal PlacedRule For(in CutLine cut, int lineStart, Diagnostics.SourceSpan span)
        {
            int target = lineStart + cut.EndStart + TargetAt;
            return new PlacedRule(
                Rule with
                {
                    Source = cut.Source is { } source ? source.ToSpec() : Rule.Source,
                    Destination = cut.Destination is { } destination ? destination.ToSpec() : Rule.Destination,
                    Span = span,
                },
                new Word(Target, target, target + Target.Length));
        }
    }
}
