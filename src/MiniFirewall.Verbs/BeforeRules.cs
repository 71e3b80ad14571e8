using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>
/// What a chain that drops by default has to let pass all the same, as ufw's before.rules have it: the loopback, packets of
/// connections that are there, ICMP that IP needs, neighbour discovery, answers of DHCP, and local discovery. Ordinary rules in
/// a chain of their own, which the built-in chain goes to first.
/// </summary>
internal static class BeforeRules
{
    private const string Prefix = "minifw-before-";

    /// <summary>Neighbour discovery, and multicast listeners, which routers and switches ask for (RFC 4890, 4.4).</summary>
    private static readonly string[] Neighbours =
    [
        .. new[] { 133, 134, 135, 136, 141, 142, 148, 149 }.Select(type => $"-p icmpv6 --icmpv6-type {type} -m hl --hl-eq 255 -j ACCEPT"),
        .. new[] { 130, 131, 132, 143 }.Select(type => $"-s fe80::/10 -p icmpv6 --icmpv6-type {type} -j ACCEPT"),
        .. new[] { 151, 152, 153 }.Select(type => $"-s fe80::/10 -p icmpv6 --icmpv6-type {type} -m hl --hl-eq 1 -j ACCEPT"),
    ];

    private static readonly string[] Known = ["-6 -m rt --rt-type 0 -j DROP", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"];

    /// <summary>Errors that IP cannot do without, and echo requests (RFC 4890, 4.3).</summary>
    private static readonly string[] Icmp =
    [
        .. new[] { 3, 11, 12, 8 }.Select(type => $"-p icmp --icmp-type {type} -j ACCEPT"),
        .. new[] { 1, 2, 3, 4, 128 }.Select(type => $"-p icmpv6 --icmpv6-type {type} -j ACCEPT"),
    ];

    private static readonly string[] In =
    [
        "-i lo -j ACCEPT", .. Known, .. Neighbours, "-m conntrack --ctstate INVALID -j DROP", .. Icmp,
        "-4 -p udp --sport 67 --dport 68 -j ACCEPT", "-s fe80::/10 -d fe80::/10 -p udp --sport 547 --dport 546 -j ACCEPT",
        "-d 224.0.0.251 -p udp --dport 5353 -j ACCEPT", "-d ff02::fb -p udp --dport 5353 -j ACCEPT",
        "-d 239.255.255.250 -p udp --dport 1900 -j ACCEPT", "-d ff02::f -p udp --dport 1900 -j ACCEPT",
    ];

    private static readonly string[] Out = ["-o lo -j ACCEPT", .. Known, .. Neighbours];

    private static readonly string[] Routed = [.. Known, .. Icmp];

    internal static bool IsJump(Rule rule) => rule.Target is JumpTarget { Chain: var chain } && chain.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The rule set with the chain and, first of all rules of the built-in chain, a rule that goes there; as it is where it has them.</summary>
    internal static RuleSet Ensure(RuleSet rules, Direction direction, ReadOptions options)
    {
        Chain chain = rules.Find(direction.Chain())!;
        string name = NameOf(direction);
        if (chain.Rules.Any(rule => rule.Target is JumpTarget jump && jump.Chain == name))
        {
            return rules;
        }

        string text = $"-N {name}\n-A {chain.Name} -j {name}\n" + string.Concat(LinesOf(direction).Select(line => Line(name, line)));
        RuleSet made = RuleText.Read(text, options);
        RuleSet with = rules.Find(name) is null ? rules with { Chains = rules.Chains.Add(made.Find(name)!) } : rules;
        return with.WithRules(chain, chain.Rules.Insert(0, made.Find(chain.Name)!.Rules[0]));
    }

    private static string NameOf(Direction direction) => Prefix + direction.Chain().ToLowerInvariant();

    private static string[] LinesOf(Direction direction) => direction switch { Direction.In => In, Direction.Out => Out, _ => Routed };

    private static string Line(string chain, string rule) => rule.StartsWith("-4 ", StringComparison.Ordinal) || rule.StartsWith("-6 ", StringComparison.Ordinal)
        ? $"{rule[..3]}-A {chain} {rule[3..]}\n" : $"-A {chain} {rule}\n";
}
