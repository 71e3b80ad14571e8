using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Sends packets, network header included, from the namespace whose thread makes it: they meet LOCAL_OUT.</summary>
internal sealed class LocalSender : IDisposable
{
    private const int SolSocket = 1, SocketMark = 36, ProtocolRaw = 255;
    private readonly FileDescriptor _socket;
    private readonly byte[] _address;
    private uint _mark;

    /// <param name="toward">The address that the route is looked up for; one that a device routes anywhere, where not said.</param>
    internal LocalSender(Family family, byte[]? toward = null)
    {
        bool v4 = family == Family.IPv4;
        _socket = LibC.NewSocket(v4 ? LibC.AfInet : LibC.AfInet6, LibC.SockRaw, ProtocolRaw);
        LibC.SetOption(_socket, SolSocket, SendBuffer, 1 << 20);
        _address = new byte[v4 ? 16 : 28];
        BinaryPrimitives.WriteUInt16LittleEndian(_address, (ushort)(v4 ? LibC.AfInet : LibC.AfInet6));
        (toward ?? (v4 ? AddressPlan.RemoteV4 : AddressPlan.RemoteV6)).CopyTo(_address.AsSpan(v4 ? 4 : 8));
    }

    private static int SendBuffer => 7;

    /// <summary>The route is looked up for a fixed address, so the header may say anything. Returns 0 or the errno; a hook's drop is EPERM.</summary>
    internal int Send(ReadOnlySpan<byte> packet, uint mark)
    {
        if (mark != _mark)
        {
            LibC.SetOption(_socket, SolSocket, SocketMark, mark);
            _mark = mark;
        }

        return LibC.TrySend(_socket, packet, _address);
    }

    public void Dispose() => _socket.Dispose();
}
