using MiniFirewall.Engine.Sockets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Doctor;

/// <summary>IPv6 open where IPv4 is closed.</summary>
internal static class FamiliesCheck
{
    internal static IEnumerable<Finding> Look(Patient patient)
    {
        if (patient.Loaded is null)
        {
            yield break;
        }

        foreach (Chain chain in patient.Rules.Chains.Where(chain => chain is { IsBuiltIn: true, PolicyV4.Verdict: Verdict.Drop, PolicyV6.Verdict: Verdict.Accept }))
        {
            yield return new(Severity.Problem, "families", $"the policy of {chain.Name} is DROP for IPv4 and ACCEPT for IPv6", $"minifw ip6tables -P {chain.Name} DROP");
        }

        foreach (ListeningSocket socket in patient.Sockets.Where(socket => socket.Families.Has(Family.IPv6) && (socket.Address is not { } address || !Patient.IsLocal(Family.IPv6, address))))
        {
            if (patient.LetsIn(Family.IPv6, socket.Protocol, socket.Address, socket.Port) is not null && patient.HasAddress(Family.IPv4)
                && patient.LetsIn(Family.IPv4, socket.Protocol, null, socket.Port) is null)
            {
                string port = $"{socket.Port}/{IpProtocol.NameOf(socket.Protocol)}";
                yield return new(Severity.Problem, "families", $"port {port}, where {ListeningCheck.NameOf(socket)} listens, is closed for IPv4 and open for IPv6", $"minifw deny from ::/0 to any port {socket.Port} proto {IpProtocol.NameOf(socket.Protocol)}");
            }
        }
    }
}
