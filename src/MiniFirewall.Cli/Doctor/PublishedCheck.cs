using MiniFirewall.Analysis;
using MiniFirewall.Engine.Surroundings;
using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Doctor;

/// <summary>Ports that address translation leads on to containers, past the rules of INPUT.</summary>
internal static class PublishedCheck
{
    internal static IEnumerable<Finding> Look(Patient patient)
    {
        if (patient.Loaded is null)
        {
            yield break;
        }

        foreach (PublishedPort published in patient.Published)
        {
            byte protocol = published.Protocol == "tcp" ? IpProtocol.Tcp : IpProtocol.Udp;
            UInt128 to = AddressText.Parse(published.Family, published.To);
            if (!Forwards(published.Family) || patient.LetsOn(published.Family, protocol, to, published.ToPort) is null)
            {
                continue;
            }

            string what = $"port {(published.Port is { } port ? $"{port}" : "any")}/{published.Protocol} is led on to {published.To} port {published.ToPort} ({published.By}), and FORWARD lets everybody's packets through";
            bool isClosed = published.Port is { } asked && patient.LetsIn(published.Family, protocol, null, asked) is null;
            yield return new(
                isClosed ? Severity.Problem : Severity.Note, "published",
                isClosed ? $"{what}: though INPUT closes the port, the world reaches it" : what,
                $"minifw route deny to {published.To} port {published.ToPort} proto {published.Protocol}");
        }
    }

    /// <summary>A host that forwards nothing leads nobody on.</summary>
    private static bool Forwards(Family family)
    {
        string file = family == Family.IPv4 ? "/proc/sys/net/ipv4/ip_forward" : "/proc/sys/net/ipv6/conf/all/forwarding";
        return !File.Exists(file) || File.ReadAllText(file).Trim() != "0";
    }
}
