using MiniFirewall.Analysis;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Safety;

/// <summary>
/// Tries a failsafe port from the ends and the middle of the network that it is for; without one, from an address of each family that no rule
/// names, so that lists of single offenders do not count as closing it.
/// </summary>
internal sealed class FailsafeCheck(SessionJudge judge, RuleSet rules)
{
    private const ushort AnyPort = 50000;

    /// <summary>In the place of this host's address where it has none yet (RFC 5737, RFC 3849).</summary>
    private static readonly UInt128 s_hereV4 = 0xc0000201, s_hereV6 = ((UInt128)0x20010db8 << 96) | 1;

    private readonly OwnAddresses _own = OwnAddresses.Read();

    /// <summary>How it would be closed; null where it stays open.</summary>
    internal SessionCut? Closes(FailsafePort port) => Attempts(port)
        .Select(from => Closes(port, from.Family, from.Address))
        .FirstOrDefault(cut => cut is not null);

    /// <summary>One of this host's addresses by which it is reached is enough.</summary>
    private SessionCut? Closes(FailsafePort port, Family family, UInt128 from)
    {
        SessionCut? first = null;
        foreach (UInt128 here in _own.Reachable(family).DefaultIfEmpty(family == Family.IPv4 ? s_hereV4 : s_hereV6))
        {
            if (judge.JudgeNew(new SessionEnds(family, port.Protocol, here, port.Port, from, AnyPort)) is not { } cut)
            {
                return null;
            }

            first ??= cut;
        }

        return first;
    }

    private IEnumerable<(Family Family, UInt128 Address)> Attempts(FailsafePort port) => port.From is { } from
        ? port.Sources().Select(address => (from.Family, address))
        : [(Family.IPv4, Unnamed(Family.IPv4, 0xcb007109)), (Family.IPv6, Unnamed(Family.IPv6, ((UInt128)0x20010db8_00ff0000 << 64) | 9))];

    /// <summary>An address that no rule with a network of its own speaks of; the first try where all are spoken of.</summary>
    private UInt128 Unnamed(Family family, UInt128 first)
    {
        MaskedAddress[] named = [.. rules.Chains.SelectMany(chain => chain.Rules).Select(rule => rule.Source).OfType<MaskedAddress>().Where(source => source.Family == family && !source.Negated && source.Mask != 0)];
        UInt128 step = family == Family.IPv4 ? 0x01010101 : (UInt128)0x00010001_00010001 << 64;
        UInt128 mask = family == Family.IPv4 ? uint.MaxValue : UInt128.MaxValue;
        return Enumerable.Range(0, 200).Select(i => unchecked(first + ((UInt128)i * step)) & mask)
            .FirstOrDefault(address => !Array.Exists(named, source => (address & source.Mask) == source.Address), first);
    }
}
