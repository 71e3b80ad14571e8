using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Packets;

/// <summary>
/// The values at which the rules of a text change their minds: borders of ranges and prefixes, each with its neighbours.
/// Found in the words of the text, so that any rule text will do.
/// </summary>
public sealed class RuleEdges
{
    private readonly Dictionary<Family, SortedSet<UInt128>> _addresses = new() { [Family.IPv4] = [], [Family.IPv6] = [] };
    private readonly SortedSet<int> _ports = [];
    private readonly SortedSet<int> _protocols = [];
    private readonly SortedSet<int> _lengths = [];
    private readonly SortedSet<int> _hopLimits = [];
    private readonly SortedSet<uint> _marks = [];
    private readonly SortedSet<int> _tcpFlags = [];
    private readonly SortedSet<int> _tcpOptions = [];
    private readonly SortedSet<string> _interfaces = new(StringComparer.Ordinal);
    private readonly SortedSet<(byte Type, byte Code)> _icmp = [];

    private RuleEdges()
    {
    }

    public IReadOnlyCollection<int> Ports => _ports;

    public IReadOnlyCollection<int> Protocols => _protocols;

    public IReadOnlyCollection<int> Lengths => _lengths;

    public IReadOnlyCollection<int> HopLimits => _hopLimits;

    public IReadOnlyCollection<uint> Marks => _marks;

    public IReadOnlyCollection<int> TcpFlags => _tcpFlags;

    public IReadOnlyCollection<int> TcpOptions => _tcpOptions;

    public IReadOnlyCollection<(byte Type, byte Code)> Icmp => _icmp;

    /// <summary>Names that match the interface tests, and names next to them.</summary>
    public IReadOnlyCollection<string> Interfaces => _interfaces;

    private ImmutableArray<RuleEdges> Lines { get; init; } = [];

    /// <summary>Null where the line is of a user chain.</summary>
    private Hook? Hook { get; set; }

    private FamilySet Families { get; set; } = FamilySet.Both;

    private bool IsEmpty => _addresses.Values.All(a => a.Count == 0)
        && _ports.Count + _protocols.Count + _lengths.Count + _hopLimits.Count + _marks.Count + _tcpFlags.Count + _tcpOptions.Count
            + _interfaces.Count + _icmp.Count == 0;

    public static RuleEdges Of(string rules)
    {
        var edges = new RuleEdges { Lines = [.. rules.Split('\n').Select(OfLine).Where(e => !e.IsEmpty)] };
        edges.ReadAll(rules);
        return edges;
    }

    /// <summary>The edges of each single line that has any and can be reached there, so that a packet can suit all tests of one rule at once.</summary>
    public IEnumerable<RuleEdges> LinesFor(Family family, Hook hook) =>
        Lines.Where(l => l.Families.Has(family) && (l.Hook ?? hook) == hook);

    public IReadOnlyCollection<UInt128> Addresses(Family family) => _addresses[family];

    private static Hook? HookOf(string chain) => chain switch
    {
        "INPUT" => MiniFirewall.Packets.Hook.LocalIn,
        "FORWARD" => MiniFirewall.Packets.Hook.Forward,
        "OUTPUT" => MiniFirewall.Packets.Hook.LocalOut,
        _ => null,
    };

    private static RuleEdges OfLine(string line)
    {
        var edges = new RuleEdges();
        edges.ReadAll(line);
        return edges;
    }

    private void ReadAll(string rules)
    {
        string[] words = rules.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 1 < words.Length; i++)
        {
            Read(words[i], words[i + 1], i + 2 < words.Length ? words[i + 2] : "");
        }
    }

    private void Read(string option, string value, string second)
    {
        switch (option)
        {
            case "-A":
                Hook = HookOf(value);
                break;
            case "-4" or "-6":
                Families = option == "-4" ? FamilySet.IPv4 : FamilySet.IPv6;
                break;
            case "-s" or "-d" or "--src-range" or "--dst-range":
                AddressEdges.Read(value, (family, address) => _addresses[family].Add(address));
                break;
            case "--sport" or "--dport" or "--sports" or "--dports" or "--ports":
                NumberEdges.Ranges(value, NumberEdges.Port, 65535, _ports);
                break;
            case "-p":
                _protocols.UnionWith(NumberEdges.Protocol(value));
                break;
            case "--length":
                NumberEdges.Ranges(value, NumberEdges.Plain, 65535, _lengths);
                break;
            case "--ttl-eq" or "--ttl-lt" or "--ttl-gt" or "--hl-eq" or "--hl-lt" or "--hl-gt":
                NumberEdges.Ranges(value, NumberEdges.Plain, 255, _hopLimits);
                break;
            case "--mark":
                _marks.UnionWith(NumberEdges.Mark(value));
                break;
            case "--tcp-flags":
                _tcpFlags.UnionWith(FlagEdges.Of(value, second));
                break;
            case "--tcp-option":
                NumberEdges.Ranges(value, NumberEdges.Plain, 255, _tcpOptions);
                break;
            case "--icmp-type" or "--icmpv6-type":
                _icmp.UnionWith(NumberEdges.Icmp(option, value));
                break;
            case "-i" or "-o":
                _interfaces.UnionWith(InterfaceEdges.Of(value));
                break;
        }

        if (option == "--syn" || value == "--syn")
        {
            _tcpFlags.UnionWith(FlagEdges.Of("FIN,SYN,RST,ACK", "SYN"));
        }
    }
}
