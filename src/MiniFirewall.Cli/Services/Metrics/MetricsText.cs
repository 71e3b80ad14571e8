using System.Globalization;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.Reloads;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Services.Metrics;

/// <summary>What the firewall of a namespace counts, for Prometheus.</summary>
internal static class MetricsText
{
    /// <summary>Rules that are told of one by one; how many are left out is told.</summary>
    internal const int MostRules = 10_000;

    private const string Counter = "counter", Gauge = "gauge";

    internal static string Of(FirewallEngine engine, RunningService service)
    {
        var writer = new MetricWriter();
        LoadedRuleSet? loaded = engine.Read();
        FirewallStatus status = engine.Status();
        writer.Single("minifw_up", Gauge, "1 where rules are in force, 0 where every packet passes.", loaded is null ? 0 : 1);
        writer.Single("minifw_generation", Gauge, "Number of the last reload.", status.Generation);
        writer.Single("minifw_applied_timestamp_seconds", Gauge, "When the rules were applied last, seconds since 1970.", status.AppliedAt?.ToUnixTimeMilliseconds() / 1000.0 ?? 0);
        if (loaded is not null)
        {
            WriteRules(writer, loaded);
            WritePolicies(writer, loaded);
        }

        WriteReloads(writer, engine.ReadReloads());
        WriteStatus(writer, status);
        WriteNames(writer, service.Names, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        return writer.ToString();
    }

    private static void WriteRules(MetricWriter writer, LoadedRuleSet loaded)
    {
        (Chain Chain, int Number, Family Family)[] all =
        [
            .. loaded.Rules.Chains.SelectMany(chain => chain.Rules.SelectMany((rule, i) =>
                new[] { Family.IPv4, Family.IPv6 }.Where(family => rule.Families.Has(family)).Select(family => (chain, i + 1, family)))),
        ];
        (Chain Chain, int Number, Family Family)[] told = [.. all.Take(MostRules)];
        Write("minifw_rule_packets_total", "Packets that a rule matched.", counters => counters.Packets);
        Write("minifw_rule_bytes_total", "Bytes of packets that a rule matched.", counters => counters.Bytes);
        writer.Single("minifw_rules", Gauge, "Rules in force, those of both families twice.", all.Length);
        writer.Single("minifw_rules_left_out", Gauge, $"Rules beyond the first {MostRules}, which have no metrics of their own.", all.Length - told.Length);

        void Write(string name, string help, Func<Counters, ulong> value)
        {
            writer.Begin(name, Counter, help);
            foreach ((Chain chain, int number, Family family) in told)
            {
                writer.Sample(
                    name, value(loaded.OfRule(chain, number, family)),
                    ("chain", chain.Name), ("family", family.Word()), ("id", $"{loaded.CounterOf(chain, number, family)}"), ("rule", chain.Rules[number - 1].ToString()));
            }
        }
    }

    private static void WritePolicies(MetricWriter writer, LoadedRuleSet loaded)
    {
        Chain[] chains = [.. loaded.Rules.Chains.Where(chain => chain.IsBuiltIn)];
        Write("minifw_policy_packets_total", "Packets that met a chain's policy.", counters => counters.Packets);
        Write("minifw_policy_bytes_total", "Bytes of packets that met a chain's policy.", counters => counters.Bytes);
        writer.Begin("minifw_dropped_packets_total", Counter, "Packets that rules and policies dropped; those that match DROP and REJECT rules, by chain.");
        foreach (Chain chain in loaded.Rules.Chains)
        {
            foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
            {
                writer.Sample("minifw_dropped_packets_total", Dropped(loaded, chain, family), ("chain", chain.Name), ("family", family.Word()));
            }
        }

        void Write(string name, string help, Func<Counters, ulong> value)
        {
            writer.Begin(name, Counter, help);
            foreach (Chain chain in chains)
            {
                foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
                {
                    writer.Sample(name, value(loaded.OfPolicy(chain, family)), ("chain", chain.Name), ("family", family.Word()), ("policy", chain.PolicyOf(family).Verdict.Word()));
                }
            }
        }
    }

    private static double Dropped(LoadedRuleSet loaded, Chain chain, Family family)
    {
        double dropped = chain.IsBuiltIn && chain.PolicyOf(family).Verdict == Verdict.Drop ? loaded.OfPolicy(chain, family).Packets : 0;
        for (int i = 0; i < chain.Rules.Length; i++)
        {
            dropped += chain.Rules[i].Target.Decides == Verdict.Drop && chain.Rules[i].Families.Has(family) ? loaded.OfRule(chain, i + 1, family).Packets : 0;
        }

        return dropped;
    }

    private static void WriteReloads(MetricWriter writer, IReadOnlyList<ReloadTimes> all)
    {
        const string Durations = "minifw_reload_duration_seconds", Last = "minifw_reload_last_duration_seconds";
        writer.Begin(Durations, "histogram", "How long changes of the rules took, by whether a whole rule set was loaded or a few rules put beside the others.");
        foreach (ReloadTimes times in all)
        {
            string kind = times.Kind == ReloadKind.Whole ? "whole" : "beside";
            long below = 0;
            for (int i = 0; i < times.Buckets.Length; i++)
            {
                below += times.Buckets[i];
                string bound = i < ReloadTimes.Bounds.Length ? ReloadTimes.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                writer.Sample($"{Durations}_bucket", below, ("kind", kind), ("le", bound));
            }

            writer.Sample($"{Durations}_sum", times.Sum.TotalSeconds, ("kind", kind));
            writer.Sample($"{Durations}_count", times.Count, ("kind", kind));
        }

        writer.Begin(Last, Gauge, "How long the last change of the rules took; 0 where there was none.");
        foreach (ReloadTimes times in all)
        {
            writer.Sample(Last, times.Last.TotalSeconds, ("kind", times.Kind == ReloadKind.Whole ? "whole" : "beside"));
        }
    }

    private static void WriteStatus(MetricWriter writer, FirewallStatus status)
    {
        writer.Single("minifw_lost_events_total", Counter, "Events that found their buffer full.", status.LostEvents);
        writer.Single("minifw_lost_rejects_total", Counter, "Rejected packets that found their buffer full, and got no answer.", status.LostRejects);
        writer.Single("minifw_lost_nflog_total", Counter, "Packets for netlink groups that found their buffer full.", status.LostPackets);
        if (status.Connections is { } table)
        {
            writer.Single("minifw_connections", Gauge, "Connections that are tracked.", table.Used);
            writer.Single("minifw_connections_max", Gauge, "Connections that there is room for.", table.Most);
            writer.Single("minifw_connections_refused_total", Counter, "Packets that were to begin a connection and found no room.", table.Refused);
        }
    }

    private static void WriteNames(MetricWriter writer, IReadOnlyList<KnownName> names, long now)
    {
        Write("minifw_name_addresses", "Addresses that a host name of the rules has.", name => name.Addresses.Length);
        Write("minifw_name_age_seconds", "Seconds since somebody told addresses of a host name; -1 where nobody has.", name => name.Answered == 0 ? -1 : Math.Max(0, now - name.Answered));
        Write("minifw_name_failures", "Questions about a host name since the last good answer that nobody could answer.", name => name.Failures);

        void Write(string metric, string help, Func<KnownName, double> value)
        {
            writer.Begin(metric, Gauge, help);
            foreach (KnownName name in names)
            {
                writer.Sample(metric, value(name), ("name", name.Name));
            }
        }
    }
}
