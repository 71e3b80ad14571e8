using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m owner: the socket that a packet comes from, and the user and the groups that opened its file (net/netfilter/xt_owner.c).
/// Without a socket, or without a file, only negated options hold.
/// </summary>
/// <param name="SocketExists">--socket-exists: null where not asked, false where negated.</param>
/// <param name="TakesSupplementary">--suppl-groups: supplementary groups count for <paramref name="Group"/> too.</param>
public sealed record OwnerMatch(bool? SocketExists, IdRange? User, IdRange? Group, bool TakesSupplementary) : Match
{
    public static MatchGrammar Grammar { get; } = new("owner", new OwnerMatch(null, null, null, false))
    {
        OneOf = ["uid-owner", "gid-owner", "socket-exists"],
        Options =
        [
            Option<OwnerMatch>.Value<IdRange>(["uid-owner"], IdRange.Reader("user", UserNames), (m, range, not) => m with { User = range with { Negated = not } }, negatable: true),
            Option<OwnerMatch>.Value<IdRange>(["gid-owner"], IdRange.Reader("group", GroupNames), (m, range, not) => m with { Group = range with { Negated = not } }, negatable: true),
            Option<OwnerMatch>.Flag(["socket-exists"], (m, not) => m with { SocketExists = !not }, negatable: true),
            new OptionSpec(["suppl-groups"], 0, ReadSupplementary),
        ],
    };

    public override string Name => "owner";

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalOut ? null : "only packets that leave this machine have an owner here";

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("owner");
        if (SocketExists is { } exists)
        {
            writer.Not(!exists).Word("--socket-exists");
        }

        PrintRange("--uid-owner", User);
        PrintRange("--gid-owner", Group);
        if (TakesSupplementary)
        {
            writer.Word("--suppl-groups");
        }

        void PrintRange(string option, IdRange? range)
        {
            if (range is not null)
            {
                writer.Not(range.Negated).Word(option).Word(range.ToString());
            }
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        if (SocketExists is { } exists)
        {
            writer.Not(!exists).Word("owner socket exists");
        }

        ListRange("UID", User, UserNames(style.Names));
        ListRange("GID", Group, GroupNames(style.Names));
        if (TakesSupplementary)
        {
            writer.Word("incl. suppl. groups");
        }

        void ListRange(string what, IdRange? range, NumberNames names)
        {
            if (range is not null)
            {
                writer.Not(range.Negated).Word($"owner {what} match").Word(range.Text(names, style.IsNumeric));
            }
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        bool socket = SocketExists is null || packet.Socket is not null == SocketExists;
        SocketOwner? owner = packet.Socket?.Owner;
        bool user = User is null || (owner is not null && Holds(User, owner.User)) != User.Negated;
        bool group = Group is null
            || (owner is not null && (Holds(Group, owner.Group) || (TakesSupplementary && owner.Groups.Any(id => Holds(Group, id))))) != Group.Negated;
        return socket && user && group ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        if (SocketExists is { } exists)
        {
            steps.Add(new Require(new QuestionTest(new SocketExists(), !exists)));
        }

        LowerRange(OwnerNumber.User, User);
        LowerRange(TakesSupplementary ? OwnerNumber.AnyGroup : OwnerNumber.Group, Group);

        void LowerRange(OwnerNumber number, IdRange? range)
        {
            if (range is not null)
            {
                steps.Add(new Require(new QuestionTest(new SocketOwnerIn(number, range.Low, range.High), range.Negated)));
            }
        }
    }

    private static bool Holds(IdRange range, uint id) => id >= range.Low && id <= range.High;

    private static NumberNames UserNames(NetworkNames names) => names.Users;

    private static NumberNames GroupNames(NetworkNames names) => names.Groups;

    private static object? ReadSupplementary(object state, OptionUse use)
    {
        var match = (OwnerMatch)state;
        if (match.Group is null)
        {
            use.Context.Diagnostics.Report(ErrorCodes.MissingOption, use.Option, "--suppl-groups says more of --gid-owner, which is not there", "write --gid-owner before it",
                Convention.Usage("owner: Bad value for \"--suppl-groups\" option: \"you need to use --gid-owner first\""));
            return null;
        }

        return match with { TakesSupplementary = true };
    }
}
