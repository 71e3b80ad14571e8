using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MiniFirewall.Dns.Asking;

/// <summary>Asks by TCP what does not fit into a UDP packet: each message behind its length (RFC 7766).</summary>
internal static class TcpAsking
{
    /// <summary>The answer; null where the server ends before it has said all.</summary>
    /// <exception cref="SocketException">There is no way to the server, or it is too slow.</exception>
    /// <exception cref="OperationCanceledException">It does not take the connection in time.</exception>
    internal static byte[]? Ask(IPEndPoint server, byte[] question, TimeSpan wait)
    {
        long began = Stopwatch.GetTimestamp();
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using (var late = new CancellationTokenSource(wait))
        {
            socket.ConnectAsync(server, late.Token).AsTask().GetAwaiter().GetResult();
        }

        byte[] framed = new byte[question.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
        question.CopyTo(framed, 2);
        socket.SendTimeout = Left();
        socket.Send(framed);
        return Read(2) is { } length ? Read(BinaryPrimitives.ReadUInt16BigEndian(length)) : null;

        int Left() => (int)Math.Max(1, (wait - Stopwatch.GetElapsedTime(began)).TotalMilliseconds);

        byte[]? Read(int count)
        {
            byte[] bytes = new byte[count];
            for (int at = 0; at < count;)
            {
                if (Stopwatch.GetElapsedTime(began) > wait)
                {
                    throw new SocketException((int)SocketError.TimedOut);
                }

                socket.ReceiveTimeout = Left();
                int read = socket.Receive(bytes, at, count - at, SocketFlags.None);
                if (read == 0)
                {
                    return null;
                }

                at += read;
            }

            return bytes;
        }
    }
}
