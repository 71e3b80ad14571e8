using MiniFirewall.Analysis;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Doctor;

/// <summary>Listening sockets that everybody can reach. Where a rule names the port, somebody wants that.</summary>
internal static class ListeningCheck
{
    internal static IEnumerable<Finding> Look(Patient patient)
    {
        foreach (ListeningSocket socket in patient.Sockets)
        {
            List<(Family Family, Judgement Judgement)> open =
            [
                .. new[] { Family.IPv4, Family.IPv6 }
                    .Where(family => socket.Families.Has(family) && (socket.Address is { } address ? !Patient.IsLocal(family, address) : patient.HasAddress(family)))
                    .Select(family => (family, patient.LetsIn(family, socket.Protocol, socket.Address, socket.Port)))
                    .Where(found => found.Item2 is not null).Select(found => (found.family, found.Item2!)),
            ];
            if (open.Count > 0)
            {
                yield return Found(socket, open);
            }
        }
    }

    internal static string NameOf(ListeningSocket socket) => socket.Process is { } process ? $"{process.Name} ({process.Id})" : "a process that cannot be seen";

    private static Finding Found(ListeningSocket socket, List<(Family Family, Judgement Judgement)> open)
    {
        string protocol = IpProtocol.NameOf(socket.Protocol) ?? "", families = string.Join(" and ", open.Select(found => found.Family == Family.IPv4 ? "IPv4" : "IPv6"));
        bool isMeant = open.TrueForAll(found => found.Judgement.DecidedBy.Rule is { } rule && NamesPort(rule));
        string why = open[0].Judgement.DecidedBy is { Kind: DecisionKind.Rule, Rule: { } decided } decision ? $"a rule of {decision.Chain}: {decided}" : "the policy of INPUT";
        return new(
            isMeant ? Severity.Note : Severity.Warning, "listening",
            $"{protocol} port {socket.Port}, where {NameOf(socket)} listens, is open to the world over {families}, by {why}",
            isMeant ? null : $"minifw deny {socket.Port}/{protocol}");
    }

    private static bool NamesPort(Rule rule) => rule.ToString().Contains("--dport", StringComparison.Ordinal);
}
