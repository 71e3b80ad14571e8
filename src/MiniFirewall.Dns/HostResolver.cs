using System.Collections.Immutable;
using MiniFirewall.Dns.Asking;
using MiniFirewall.Dns.Files;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Packets;

namespace MiniFirewall.Dns;

/// <summary>
/// Finds the addresses of host names as the system does, files before name servers, with the time that each holds, which the system's own
/// resolver does not tell.
/// </summary>
public sealed class HostResolver(HostsFile hosts, HostOrder order, ResolvConf conf, NameSettings settings)
{
    /// <summary>The system's files as they are now.</summary>
    public static HostResolver OfSystem(NameSettings settings) =>
        new(HostsFile.Read(HostsFile.UsualPath), HostOrder.Read(HostOrder.UsualPath), ResolvConf.Read(ResolvConf.UsualPath), settings);

    /// <summary>The answers for normalized names, in their order. Blocks for <paramref name="bound"/> at most; never throws for what servers do.</summary>
    public ImmutableArray<NameAnswer> Resolve(IReadOnlyList<string> names, TimeSpan bound)
    {
        ArgumentNullException.ThrowIfNull(names);
        long end = Environment.TickCount64 + (long)bound.TotalMilliseconds;
        var answers = new Dictionary<string, NameAnswer>();
        foreach (string name in names.Where(_ => order.UsesFiles && order.FilesFirst))
        {
            AddFromFile(name, answers);
        }

        AskServers([.. names.Where(name => !answers.ContainsKey(name))], answers, end);
        foreach (string name in names.Where(name => order.UsesFiles && !order.FilesFirst && answers[name].Outcome != NameOutcome.Found))
        {
            AddFromFile(name, answers);
        }

        return [.. names.Select(name => answers[name])];
    }

    private void AddFromFile(string name, Dictionary<string, NameAnswer> answers)
    {
        IReadOnlyList<NameAddress>? known = hosts.Find(name)
            ?? (DnsName.IsBelow(name, "localhost") ? [new(Family.IPv4, 0x7f00_0001, HostsFile.Seconds), new(Family.IPv6, 1, HostsFile.Seconds)] : null);
        if (known is not null)
        {
            // Whoever may write the file is the administrator: private addresses are as good as others.
            answers[name] = NameAnswers.Of(name, known, settings, mayBePrivate: true) with { IsFromFiles = true };
        }
    }

    /// <summary>Asks for each name as it stands, or with few dots in one domain after another.</summary>
    private void AskServers(string[] names, Dictionary<string, NameAnswer> answers, long end)
    {
        if (!order.UsesServers)
        {
            Array.ForEach(names, name => answers[name] = new(name, NameOutcome.NoSuchName, [], "it is not in /etc/hosts, and nsswitch.conf names no name servers"));
            return;
        }

        var client = new DnsClient(conf);
        List<(string Name, Queue<string> Candidates)> open = [.. names.Select(name => (name, new Queue<string>(Candidates(name))))];
        while (open.Count > 0)
        {
            (string Name, string Asked)[] round = [.. open.Select(name => (name.Name, name.Candidates.Dequeue()))];
            IReadOnlyDictionary<DnsQuestion, DnsResult> results = client.Ask(
                round.SelectMany(name => new DnsQuestion[] { new(name.Asked, Family.IPv4), new(name.Asked, Family.IPv6) }),
                TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64)));
            foreach ((string name, string asked) in round)
            {
                answers[name] = NameAnswers.Of(name, results[new(asked, Family.IPv4)], results[new(asked, Family.IPv6)], settings, settings.MayBePrivate(name, conf));
            }

            open.RemoveAll(name => name.Candidates.Count == 0 || answers[name.Name].Outcome is not (NameOutcome.NoSuchName or NameOutcome.NoAddress));
        }
    }

    private IEnumerable<string> Candidates(string name)
    {
        string[] longer = name.Count(c => c == '.') < conf.Dots ? [.. conf.Search.Select(domain => $"{name}.{domain}").Where(whole => whole.Length <= DnsName.Longest)] : [];
        return [.. longer, name];
    }
}
