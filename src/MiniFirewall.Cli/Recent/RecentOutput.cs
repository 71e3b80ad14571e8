using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Recent;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Cli.Recent;

/// <summary>Lists of recent addresses, as text or JSON.</summary>
internal static class RecentOutput
{
    /// <summary>As a table: how long ago each address was seen last, and how often it was seen, as far as is known.</summary>
    /// <param name="now">Ticks of the kernel's, the low 32 bits.</param>
    internal static void WriteTable(IEnumerable<KeyValuePair<string, ImmutableArray<RecentEntry>>> lists, uint now)
    {
        var table = new PlainTable("list", "address", ">last seen, s", ">hits", ">ttl");
        foreach ((string name, ImmutableArray<RecentEntry> entries) in lists)
        {
            foreach (RecentEntry entry in entries)
            {
                table.Add(
                    name, AddressText.Format(entry.Family, entry.Address), SecondsAgo(entry, now).ToString("0.00", CultureInfo.InvariantCulture),
                    $"{entry.Stamps.Length}", $"{entry.Ttl}");
            }
        }

        table.Write(Console.Out);
    }

    /// <summary>As the kernel's /proc/net/xt_recent/NAME (net/netfilter/xt_recent.c, recent_seq_show).</summary>
    internal static void WriteProc(IEnumerable<RecentEntry> entries)
    {
        foreach (RecentEntry entry in entries)
        {
            Console.Out.WriteLine(
                $"src={WholeText(entry)} ttl: {entry.Ttl} last_seen: {entry.LastSeen} oldest_pkt: {entry.Next} {string.Join(", ", entry.Stamps)}");
        }
    }

    internal static void WriteJson(IEnumerable<KeyValuePair<string, ImmutableArray<RecentEntry>>> lists, uint now) => JsonOutput.Document(json =>
    {
        json.WriteStartArray();
        foreach ((string name, ImmutableArray<RecentEntry> entries) in lists)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteStartArray("addresses");
            foreach (RecentEntry entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("address", AddressText.Format(entry.Family, entry.Address));
                json.WriteNumber("seconds", SecondsAgo(entry, now));
                json.WriteNumber("hits", entry.Stamps.Length);
                json.WriteNumber("ttl", entry.Ttl);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static decimal SecondsAgo(RecentEntry entry, uint now) => Math.Round((decimal)unchecked((int)(now - (uint)entry.LastSeen)) / KernelTime.Hertz, 3);

    /// <summary>The kernel shortens no IPv6 address here.</summary>
    private static string WholeText(RecentEntry entry) => entry.Family == Family.IPv4
        ? AddressText.Format(entry.Family, entry.Address)
        : string.Join(':', Enumerable.Range(0, 8).Select(i => ((ushort)(entry.Address >> (112 - (16 * i)))).ToString("x4", CultureInfo.InvariantCulture)));
}
