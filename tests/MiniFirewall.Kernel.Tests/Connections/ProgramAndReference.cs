using System.Text;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>A host whose OUTPUT hook sees packets of connections in either direction as fast as they are sent, and the reference beside it.</summary>
internal sealed class ProgramAndReference : IDisposable
{
    private readonly Family _family;
    private readonly EngineFirewall _engine = new(["eth0"]);
    private readonly ReferenceTracking _reference = new();
    private readonly LocalSender _sender;
    private int _hosts;

    /// <param name="rules">What rules of OUTPUT ask; CLIENT are all the hosts that begin.</param>
    internal ProgramAndReference(Family family, string[] rules)
    {
        _family = family;
        string clients = family == Family.IPv4 ? "10.0.0.0/8" : "2001:db8:1::/48";
        RuleTexts texts = RuleTexts.Of([family], [.. rules.Select(rule => $"-A OUTPUT {rule.Replace("CLIENT", clients, StringComparison.Ordinal)}")]);
        _engine.Load(texts);
        _reference.Load(texts);

        // Points the routes at the interface.
        _engine.Device.Send(Read(new(family, 1), "> proto 99"));
        _engine.TakeHits(family);
        _sender = _engine.Device.Namespace.Run(() => new LocalSender(family));
    }

    /// <summary>Packets of lines of <see cref="PacketScript"/>, between hosts that no others are of.</summary>
    internal IEnumerable<Packet> PacketsOf(IEnumerable<string> lines)
    {
        int hosts = _hosts++;
        var script = new PacketScript(_family, 1000)
        {
            Hosts = _family == Family.IPv4 ? ($"10.{hosts >> 8}.{hosts & 255}.1", $"172.{16 + (hosts >> 8)}.{hosts & 255}.2") : ($"2001:db8:1:{hosts:x}::1", $"2001:db8:2:{hosts:x}::2"),
        };
        return lines.Select(line => Read(script, line));
    }

    /// <summary>Sets a setting of both.</summary>
    internal void Set(string name, int value)
    {
        _engine.SetConnections(name, value);
        _reference.Set(new(ConnectionSetting.Find(name)!, value));
    }

    /// <summary>Packets that the program has counted by the rule of that number.</summary>
    internal int CountOf(int rule) => (int)_engine.CountOf("OUTPUT", rule, _family);

    /// <summary>Whether all rules count the same of these packets.</summary>
    internal bool Agree(params Packet[] packets) => Said(packets) == Seen(packets);

    /// <summary>What each rule counts of each packet by both, in words; null where that is the same.</summary>
    internal string? Compare(string about, string[] lines)
    {
        var text = new StringBuilder(about);
        bool isSame = true;
        foreach ((string line, Packet packet) in lines.Zip(PacketsOf(lines)))
        {
            string said = Said(packet), seen = Seen(packet);
            isSame &= said == seen;
            text.Append(said == seen ? $"\n    {line}" : $"\n    {line}\n      the reference: {said}\n      the program:   {seen}");
        }

        return isSame ? null : text.ToString();
    }

    public void Dispose()
    {
        _sender.Dispose();
        _reference.Dispose();
        _engine.Dispose();
    }

    private string Said(params Packet[] packets) => Text(packets.SelectMany(packet => _reference.Judge(packet).Hits));

    private string Seen(params Packet[] packets)
    {
        Array.ForEach(packets, packet => _sender.Send(packet.Bytes, 0));
        return Text(_engine.TakeHits(_family));
    }

    private static Packet Read(PacketScript script, string line) => new(script.Family, Hook.LocalOut, script.Read(line)!.Bytes) { OutInterface = "eth0" };

    /// <summary>How many packets each rule has counted.</summary>
    private static string Text(IEnumerable<Hit> hits) => string.Join(' ', hits.Where(hit => hit.Place.Rule > 0).GroupBy(hit => hit.Place.Rule)
        .OrderBy(rule => rule.Key).Select(rule => $"{rule.Key}:{rule.Sum(hit => (long)hit.Added.Packets)}"));
}
