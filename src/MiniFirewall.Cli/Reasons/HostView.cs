using System.Buffers.Binary;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Engine.Surroundings;
using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Reasons;

/// <summary>Something on this host, other than the rules, that decides what becomes of a packet.</summary>
/// <param name="About">connection, interface, address, route, socket, hook or program.</param>
internal sealed record Remark(string About, string Text);

/// <summary>What else on this host matters to a packet: its connection, the way it takes, who waits for it, and who judges it besides minifw.</summary>
internal sealed class HostView
{
    private const int PortsLength = 4;

    private readonly List<Remark> _remarks = [];
    private readonly Packet _packet;
    private readonly (int Source, int Destination)? _ports;

    private HostView(Packet packet)
    {
        _packet = packet;
        ReadOnlySpan<byte> header = packet.HeaderIsWhole && packet.Transport is { IsBroken: false, FragmentOffset: 0 } ? packet.TransportBytes : default;
        _ports = header.Length >= PortsLength && IpProtocol.HasPorts(packet.Transport.Protocol)
            ? (BinaryPrimitives.ReadUInt16BigEndian(header), BinaryPrimitives.ReadUInt16BigEndian(header[2..])) : null;
    }

    /// <summary>Looks at this network namespace, as far as this user may.</summary>
    internal static IReadOnlyList<Remark> Of(FirewallEngine engine, Packet packet)
    {
        var view = new HostView(packet);
        try
        {
            view.LookForConnection(engine);
            view.LookForInterfaces();
            view.LookAtWay();
            view.LookForSocket();
            view.LookForOthers(HostSurroundings.Read(engine));
        }
        catch (FirewallException refusal)
        {
            view.Add("hook", $"who else decides on this host cannot be seen: {refusal.Message}");
        }

        return view._remarks;
    }

    private void Add(string about, string text) => _remarks.Add(new(about, text));

    private void LookForConnection(FirewallEngine engine)
    {
        if (_ports is null || _packet.ConnectionState != ConnectionState.New)
        {
            return;
        }

        using LiveConnections? connections = engine.OpenConnections();
        for (ConnectionWalk? walk = connections?.Walk(); walk?.MoveNext() == true;)
        {
            if (IsOf(walk.Current))
            {
                Add("connection", "a connection with these ends is tracked: its packets are ESTABLISHED, and what is said above is of one that begins; add the word established to ask for those");
                return;
            }
        }
    }

    private bool IsOf(in Connection connection) =>
        connection.Family == _packet.Family && connection.Protocol == _packet.Transport.Protocol
        && ((connection.Source == _packet.Source && connection.Destination == _packet.Destination && (connection.SourcePort, connection.DestinationPort) == _ports!.Value)
            || (connection.Source == _packet.Destination && connection.Destination == _packet.Source && (connection.DestinationPort, connection.SourcePort) == _ports!.Value));

    private void LookForInterfaces()
    {
        string[] there = [.. OwnAddresses.ReadInterfaces()];
        foreach (string name in new[] { _packet.InInterface, _packet.OutInterface }.Where(name => name.Length > 0 && !there.Contains(name)).Distinct())
        {
            Add("interface", $"there is no interface {name} here");
        }
    }

    private void LookAtWay()
    {
        string destination = AddressText.Format(_packet.Family, _packet.Destination);
        if (_packet.Hook == Hook.LocalIn)
        {
            if (!OwnAddresses.Read().Receives(_packet.Family, _packet.Destination))
            {
                Add("address", $"{destination} is no address of this host: a packet to it does not come in here, but is forwarded or lost");
            }

            return;
        }

        if (_packet.Hook == Hook.Forward && ForwardingSetting.WhereOff(_packet.Family, _packet.InInterface) is { } setting)
        {
            Add("route", $"packets are not led on here: {setting} is 0");
        }

        RouteAnswer route = RouteAnswer.Of(_packet.Family, _packet.Destination);
        if (route.Kind == "none")
        {
            Add("route", $"this host has no way to {destination}: {route.Reason}");
        }
        else if (_packet.Hook == Hook.Forward && route.Kind == "local")
        {
            Add("route", $"{destination} is an address of this host: a packet to it comes in here and is not forwarded");
        }
        else if (route.Device is { } device && device != _packet.OutInterface)
        {
            Add("route", $"the way to {destination} leads out by {device}, not {_packet.OutInterface}");
        }
    }

    private void LookForSocket()
    {
        if (_packet.Hook != Hook.LocalIn || _ports is not { } ports || _packet.ConnectionState != ConnectionState.New || _packet.Transport.Protocol is not (IpProtocol.Tcp or IpProtocol.Udp))
        {
            return;
        }

        ListeningSocket? found = ListeningSocket.ReadAll(withGivenPorts: true).FirstOrDefault(socket =>
            socket.Protocol == _packet.Transport.Protocol && socket.Port == ports.Destination && socket.Families.Has(_packet.Family)
            && (socket.Address is null || socket.Address == _packet.Destination));
        string place = $"{IpProtocol.NameOf(_packet.Transport.Protocol)} port {ports.Destination}";
        Add("socket", found is null ? $"nobody listens on {place} of that address"
            : $"{(found.Process is { } process ? $"{process.Name} ({process.Id})" : "a process that cannot be seen")} listens on {place}");
    }

    private void LookForOthers(HostSurroundings surroundings)
    {
        string[] hooks = _packet.Hook switch
        {
            Hook.LocalIn => ["ingress", "prerouting", "input"],
            Hook.Forward => ["ingress", "prerouting", "forward", "postrouting"],
            _ => ["output", "postrouting"],
        };
        string family = _packet.Family == Family.IPv4 ? "ipv4" : "ipv6";
        foreach (HookedFunction hook in surroundings.Hooks.Where(hook => hook.Owner != HookOwner.Minifw && (hook.MayDecide || hook is { Translates: true, Rules: not (null or 0) })
            && (hook.Family == family || hook.Family is "inet" or "netdev") && hooks.Contains(hook.Hook)))
        {
            string rules = hook.Rules is { } count ? $", {Counted.Rules(count)}" : "", policy = hook.Policy is { } word ? $", policy {word}" : "";
            Add("hook", $"{Hooks.HookOutput.OwnerOf(hook.Owner)} {(hook.Translates ? "may change its addresses" : "judges it too")}: {hook.Name} on {hook.Hook}{(hook.Priority is { } priority ? $" at {priority}" : "")}{rules}{policy}");
        }

        foreach (InterfaceProgram program in surroundings.Programs.Where(program => program.Place == "tc egress" ? program.Device == _packet.OutInterface : program.Device == _packet.InInterface))
        {
            Add("program", $"{program.Name} at {program.Place} of {program.Device} may drop or change it");
        }
    }
}
