using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>Rule sets of the whole language, valid for iptables-restore, ip6tables-restore and miniFirewall alike.</summary>
public static class RuleSetGen
{
    private static readonly ImmutableArray<string> BuiltIn = ["INPUT", "FORWARD", "OUTPUT"];
    private static readonly ImmutableArray<string> User = ["tcp-in", "C1", "a.b_c", "last"];

    private static readonly Gen<string> Chain = Gen.Frequency((3, Gen.OneOf([.. BuiltIn])), (2, Gen.OneOf([.. User])));

    public static Gen<GeneratedRules> Default { get; } = Make(RuleSetGenOptions.Default);

    public static Gen<GeneratedRules> Make(RuleSetGenOptions options) =>
        Gen.Select(
            Gen.Bool.Array[BuiltIn.Length],
            Rule(options).Array[1, options.MaxRules],
            (drops, rules) => new GeneratedRules(
                [.. BuiltIn.Select((chain, i) => (chain, drops[i]))],
                User,
                [.. rules]));

    /// <summary>One rule in any chain. User chains only lead to later ones, so there is no loop.</summary>
    public static Gen<GeneratedRule> Rule(RuleSetGenOptions options) =>
        from chain in Chain
        from families in Gen.Frequency((3, Gen.Const(FamilySet.Both)), (3, Gen.Const(FamilySet.IPv4)), (3, Gen.Const(FamilySet.IPv6)))
        from protocol in ProtocolGen.For(families)
        from header in HeaderGen.For(chain, families, options)
        from matches in MatchGen.For(families, protocol.Matchable, options)
        from target in TargetGen.For(chain, User, options)
        select new GeneratedRule(chain, families, Join([protocol.Text, .. header, .. matches, target]));

    private static string Join(IEnumerable<string> parts) => string.Join(' ', parts.Where(p => p.Length > 0));
}
