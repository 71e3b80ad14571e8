using System.Collections.Immutable;
using MiniFirewall.Analysis;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Engine.Surroundings;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Doctor;

/// <summary>What is looked at, read once; and what the rules say of packets from outside.</summary>
internal sealed class Patient
{
    private const string Loopback = "lo";
    private const ushort SomePort = 50000;

    /// <summary>Addresses of the documentation's networks: nobody's, so rules for somebody do not speak of them.</summary>
    private static readonly UInt128 OutsideV4 = 0xcb00714d, OutsideV6 = new(0x20010db8ffff0000, 0x4d);

    private readonly Evaluator _evaluator;
    private readonly ImmutableArray<string> _interfaces;
    private readonly OwnAddresses _own = OwnAddresses.Read();

    internal Patient(FirewallEngine engine)
    {
        Status = engine.Status();
        Loaded = engine.Read();
        Surroundings = HostSurroundings.Read(engine);
        Sockets = ListeningSocket.ReadAll();
        Published = PublishedPort.Of(Surroundings);
        Rules = Loaded?.Rules ?? RuleSet.Empty;
        ChangesAreMade = engine.ChangesAreMade(Rules);
        QueuesHeard = engine.ReadQueueListeners();
        _evaluator = new(Rules);
        _interfaces = InterfaceKinds.Of(Rules, OwnAddresses.ReadInterfaces().Where(name => name != Loopback));
    }

    internal FirewallStatus Status { get; }

    internal LoadedRuleSet? Loaded { get; }

    internal RuleSet Rules { get; }

    /// <summary>As <see cref="FirewallEngine.ChangesAreMade"/>.</summary>
    internal bool ChangesAreMade { get; }

    /// <summary>As <see cref="FirewallEngine.ReadQueueListeners"/>.</summary>
    internal ImmutableHashSet<int> QueuesHeard { get; }

    internal HostSurroundings Surroundings { get; }

    internal IReadOnlyList<ListeningSocket> Sockets { get; }

    internal IReadOnlyList<PublishedPort> Published { get; }

    /// <summary>Whether this host has an address of the family that others can reach.</summary>
    internal bool HasAddress(Family family) => OwnAddress(family) is not null;

    /// <summary>Who decides of a connection from outside to a socket: the judgement that lets it in, where some interface's does; null where none does.</summary>
    internal Judgement? LetsIn(Family family, byte protocol, UInt128? address, int port) =>
        (address ?? OwnAddress(family)) is { } to ? LetsThrough(family, protocol, to, port, Hook.LocalIn, [""]) : null;

    /// <summary>The same of a connection that is led on to another address.</summary>
    internal Judgement? LetsOn(Family family, byte protocol, UInt128 to, int port) => LetsThrough(family, protocol, to, port, Hook.Forward, _interfaces);

    private Judgement? LetsThrough(Family family, byte protocol, UInt128 to, int port, Hook hook, ImmutableArray<string> outs)
    {
        Transport transport = protocol == IpProtocol.Tcp ? new TcpSegment(SomePort, (ushort)port) : new UdpDatagram(SomePort, (ushort)port);
        byte[] bytes = family == Family.IPv4
            ? new IPv4Header((uint)OutsideV4, (uint)to).Carry(transport)
            : new IPv6Header(OutsideV6, to).Carry(transport);
        return _interfaces.SelectMany(_ => outs, (from, toInterface) => _evaluator.Judge(new Packet(family, hook, bytes) { InInterface = from, OutInterface = toInterface }))
            .FirstOrDefault(judgement => judgement.Verdict == Verdict.Accept);
    }

    private UInt128? OwnAddress(Family family) => _own.All.Where(own => own.Family == family && !IsLocal(own.Family, own.Address)).Select(own => (UInt128?)own.Address).FirstOrDefault();

    /// <summary>Loopback and link-local addresses.</summary>
    internal static bool IsLocal(Family family, UInt128 address) => family == Family.IPv4 ? address >> 24 == 127 : address == 1 || address >> 118 == 0x3fa;
}
