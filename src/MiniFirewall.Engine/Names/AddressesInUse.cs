using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Names;

/// <summary>The far ends of connections at one moment: those that the rules in force track, and sockets of this namespace.</summary>
internal sealed class AddressesInUse
{
    private readonly HashSet<(Family Family, UInt128 Address)> _addresses = [];

    private AddressesInUse()
    {
    }

    internal bool Contains(KnownAddress address) => _addresses.Contains((address.Family, address.Address));

    internal static AddressesInUse Of(GenerationState generation)
    {
        var used = new AddressesInUse();
        using LiveConnections? connections = LiveConnections.TryOpen(generation.Directory);
        for (ConnectionWalk? walk = connections?.Walk(); walk?.MoveNext() == true;)
        {
            used._addresses.Add((walk.Current.Family, walk.Current.Source));
            used._addresses.Add((walk.Current.Family, walk.Current.Destination));
        }

        foreach (LocalSocket socket in SocketTable.Connected())
        {
            bool isIPv4 = socket.Remote >> 32 == 0xffff;
            used._addresses.Add(isIPv4 ? (Family.IPv4, (uint)socket.Remote) : (Family.IPv6, socket.Remote));
        }

        return used;
    }
}
