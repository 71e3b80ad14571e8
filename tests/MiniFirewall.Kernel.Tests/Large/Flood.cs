using System.Buffers.Binary;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>UDP datagrams of changing length over the loopback interface, IPv4 and IPv6 in turn, as fast as one thread sends them.</summary>
internal sealed class Flood : IDisposable
{
    private const int NotPermitted = 1, ConnectionRefused = 111;
    private const int V4Headers = 28, V6Headers = 48;
    private readonly FileDescriptor _v4 = LibC.NewSocket(LibC.AfInet, LibC.SockDgram, 0), _v6 = LibC.NewSocket(LibC.AfInet6, LibC.SockDgram, 0);
    private readonly byte[] _toV4 = new byte[16], _toV6 = new byte[28];
    private readonly byte[] _data = new byte[1024];

    /// <summary>To be made on a thread of the namespace.</summary>
    internal Flood(ushort port)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_toV4, LibC.AfInet);
        BinaryPrimitives.WriteUInt16LittleEndian(_toV6, LibC.AfInet6);
        BinaryPrimitives.WriteUInt16BigEndian(_toV4.AsSpan(2), port);
        BinaryPrimitives.WriteUInt16BigEndian(_toV6.AsSpan(2), port);
        (_toV4[4], _toV4[7], _toV6[23]) = (127, 1, 1);
    }

    /// <summary>Datagrams that a rule dropped on the way out, and their bytes with all headers from the network header on.</summary>
    internal ulong Dropped { get; private set; }

    internal ulong DroppedBytes { get; private set; }

    /// <summary>Datagrams that went out.</summary>
    internal ulong Passed { get; private set; }

    /// <summary>Sends one datagram of each flood in turn; one thread does it, so that another core is free to commit.</summary>
    internal static void Run(IReadOnlyList<Flood> floods, CancellationToken stop)
    {
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            foreach (Flood flood in floods)
            {
                flood.Send((i & 1) == 0, length: i % 997);
            }
        }
    }

    public void Dispose()
    {
        _v4.Dispose();
        _v6.Dispose();
    }

    private void Send(bool isV4, int length)
    {
        switch (LibC.TrySend(isV4 ? _v4 : _v6, _data.AsSpan(0, length), isV4 ? _toV4 : _toV6))
        {
            case 0:
                Passed++;
                break;
            case NotPermitted:
                Dropped++;
                DroppedBytes += (ulong)(length + (isV4 ? V4Headers : V6Headers));
                break;
            case ConnectionRefused:
                // What an earlier datagram met; this one was not sent.
                break;
            case var other:
                throw new InvalidOperationException($"sendto: errno {other}");
        }
    }
}
