using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// A device under test: a namespace with interfaces, whose firewall sits on the filter hooks at priority 0. Counters of
/// the tables around it (mangle before, security after) tell which packets reached the hook and which passed.
/// </summary>
internal sealed class Device : IDisposable
{
    private static readonly Family[] Families = [Family.IPv4, Family.IPv6];
    private readonly Dictionary<string, Tap> _taps = [];
    private readonly Dictionary<Family, LocalSender> _senders;
    private readonly Dictionary<Family, (XtablesCounters Before, XtablesCounters After)> _probes;
    private readonly RouteSwitch _routes;
    private readonly IngressMark _marks = new();
    private readonly bool _letsAnswersOut;

    /// <param name="letsAnswersOut">
    /// What answers a packet, of whoever makes it, leaves by the interface that the packet came in by, or would leave by; else nothing does.
    /// </param>
    internal Device(IEnumerable<string> interfaces, bool letsAnswersOut = false)
    {
        _letsAnswersOut = letsAnswersOut;
        Namespace = new NetworkNamespace();
        SetUpRouting();
        foreach (string name in interfaces)
        {
            AddInterface(name);
        }

        if (letsAnswersOut)
        {
            LetAnswersOut();
        }

        // Not before: a forwarding interface that may still do multicast joins the group of all routers, and reports it.
        Namespace.SetSystemControl("ipv6/conf/all/forwarding", "1");
        _routes = Namespace.Run(() => new RouteSwitch());
        _senders = Families.ToDictionary(f => f, f => Namespace.Run(() => new LocalSender(f)));
        _probes = Families.ToDictionary(f => f, f => (NewProbe(f, "mangle"), NewProbe(f, "security")));
    }

    internal NetworkNamespace Namespace { get; }

    /// <summary>Packets that came in by an interface so far, and how many of them were not linear.</summary>
    internal (uint Packets, uint NonLinear) CameIn => _marks.Count();

    /// <summary>Where the bytes of packets that come in are to lie; what is sent locally is always linear.</summary>
    internal Placement Placement { get; set; } = Placement.AllInPages;

    /// <summary>
    /// Whether such a packet can meet its hook: the kernel reassembles before LOCAL_IN (ip_local_deliver), forwards none
    /// whose hop limit runs out, and makes other packets of some that are sent locally.
    /// </summary>
    internal static bool CanMeet(Packet packet) => Wire.For(packet) is not null && !(packet.Hook == Hook.LocalIn
        && packet.Family == Family.IPv4 && (BinaryPrimitives.ReadUInt16BigEndian(packet.Bytes[6..]) & 0x3fff) != 0);

    /// <summary>Sends one packet so that it meets its hook as it is; when this returns, it has.</summary>
    internal Passage Send(Packet packet)
    {
        Wire? wire = Wire.For(packet);
        if (wire is null)
        {
            return Passage.Unrealised;
        }

        TakeHitsAround(packet.Family);
        Put(packet, wire);
        (List<Hit> before, List<Hit> after) = TakeHitsAround(packet.Family);
        return Passage.Of(packet, before, after);
    }

    /// <summary>Lets a packet on its way, whatever becomes of it; true where it can meet its hook.</summary>
    internal bool Deliver(Packet packet)
    {
        if (!CanMeet(packet))
        {
            return false;
        }

        Put(packet, Wire.For(packet)!);
        return true;
    }

    /// <summary>What the tables before and after the firewall have counted since the last call.</summary>
    internal (List<Hit> Before, List<Hit> After) TakeHitsAround(Family family)
    {
        (XtablesCounters before, XtablesCounters after) = _probes[family];
        return (before.TakeHits(), after.TakeHits());
    }

    /// <summary>Throws away what waits to leave, so that what comes after it can.</summary>
    internal void EmptyQueues()
    {
        foreach (Tap tap in _taps.Values)
        {
            while (tap.TryRead(TimeSpan.Zero) is not null)
            {
            }
        }
    }

    public void Dispose()
    {
        foreach ((XtablesCounters before, XtablesCounters after) in _probes.Values)
        {
            before.Dispose();
            after.Dispose();
        }

        _senders.Values.ToList().ForEach(sender => sender.Dispose());
        _routes.Dispose();
        _marks.Dispose();
        _taps.Values.ToList().ForEach(tap => tap.Dispose());
        Namespace.Dispose();
    }

    private void Put(Packet packet, Wire wire)
    {
        string exit = packet.Hook == Hook.LocalIn ? "" : packet.OutInterface;
        uint back = _letsAnswersOut && packet.Hook != Hook.LocalOut ? _taps[packet.InInterface].Index : 0;
        _routes.Aim(packet.Family, packet.Hook, exit.Length == 0 ? 0 : _taps[exit].Index, back);
        if (packet.Hook == Hook.LocalOut)
        {
            _senders[packet.Family].Send(wire.Bytes, packet.Mark);
            return;
        }

        _marks.Set(packet.Mark);
        _taps[packet.InInterface].Write(packet.Family, wire.Bytes, Placement);
    }

    private XtablesCounters NewProbe(Family family, string table) => Namespace.Run(() =>
    {
        var counters = new XtablesCounters(family, table);
        counters.Learn();
        return counters;
    });

    private void SetUpRouting()
    {
        foreach (string line in new[] { "ipv4/ip_forward", "ipv4/conf/all/accept_local", "ipv4/conf/all/route_localnet" })
        {
            Namespace.SetSystemControl(line, "1");
        }

        foreach (string line in new[]
        {
            "ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter", "ipv4/conf/all/send_redirects",
            "ipv4/conf/default/send_redirects", "ipv4/conf/all/accept_redirects", "ipv6/conf/default/accept_ra",
            "ipv6/conf/default/accept_dad", "ipv6/conf/default/router_solicitations",
        })
        {
            Namespace.SetSystemControl(line, "0");
        }

        Namespace.SetSystemControl("ipv6/conf/default/addr_gen_mode", "1");
        foreach (string family in new[] { "-4", "-6" })
        {
            Namespace.Execute("ip", [family, "-batch", "-"], $"""
                rule add pref 1 iif lo lookup {RouteSwitch.Outgoing}
                rule add pref 2 lookup {RouteSwitch.Incoming}
                rule del pref 0

                """);
        }

        Namespace.Execute("ip", ["link", "set", "lo", "up"]);
    }

    /// <summary>Each interface has addresses to answer from, and the kernel no limit to its errors.</summary>
    private void LetAnswersOut()
    {
        int number = 0;
        foreach (string name in _taps.Keys)
        {
            number++;
            Namespace.Execute("ip", ["addr", "add", $"198.18.0.{number}/32", "dev", name]);
            Namespace.Execute("ip", ["addr", "add", $"2001:db8:fffe::{number}/128", "dev", name, "nodad"]);
        }

        // What came in is answered from the address that it was for, which the kernel does only where that is one of the machine's by this table;
        // a gateway must be none.
        Namespace.Execute("ip", ["route", "add", "local", "0.0.0.0/0", "dev", "lo", "table", "local"]);
        Namespace.Execute("ip", ["route", "add", "throw", new System.Net.IPAddress(AddressPlan.Gateway(Family.IPv4)).ToString(), "table", "local"]);
        foreach ((string path, string value) in (ReadOnlySpan<(string, string)>)
            [("ipv4/icmp_ratelimit", "0"), ("ipv6/icmp/ratelimit", "0"), ("ipv4/icmp_msgs_per_sec", "100000"), ("ipv4/icmp_msgs_burst", "100000")])
        {
            // The last two are every namespace's own from 6.14 on.
            if (Namespace.Run(() => File.Exists("/proc/sys/net/" + path)))
            {
                Namespace.SetSystemControl(path, value);
            }
        }
    }

    // Without ARP no neighbour is ever asked for; without multicast no group is joined, so nothing is sent unasked.
    private void AddInterface(string name)
    {
        Tap tap = Namespace.Run(() => new Tap(name));
        _taps.Add(name, tap);
        Namespace.Execute("ip", ["link", "set", name, "arp", "off", "multicast", "off", "mtu", "65521", "txqueuelen", "1", "up"]);
        Namespace.Run(() => _marks.Attach(tap.Index, tap.Name));
    }
}
