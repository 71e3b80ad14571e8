using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Names;

/// <summary>A name server at 127.0.0.1 in a namespace that says what a test has it say, by UDP and TCP.</summary>
internal sealed class NameServer : IDisposable
{
    /// <summary>Answers a question with messages: none, one or many.</summary>
    internal delegate IEnumerable<byte[]> Answering(ushort id, DnsQuestion question, bool isTcp);

    private readonly Socket _udp, _tcp;
    private readonly Thread[] _threads;
    private volatile Answering _answer;
    private int _asked;

    internal NameServer(TestNamespace network, Answering answer)
    {
        _answer = answer;
        (_udp, _tcp, Port) = network.Run(() =>
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            int port = ((IPEndPoint)udp.LocalEndPoint!).Port;
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            tcp.Listen();
            return (udp, tcp, port);
        });
        _threads = [new Thread(ServeUdp), new Thread(ServeTcp)];
        Array.ForEach(_threads, thread => thread.Start());
    }

    internal int Port { get; }

    /// <summary>How many questions have come.</summary>
    internal int Asked => Volatile.Read(ref _asked);

    internal Answering Answer
    {
        set => _answer = value;
    }

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
        Array.ForEach(_threads, thread => thread.Join());
    }

    private void ServeUdp() => Until(() =>
    {
        byte[] bytes = new byte[2048];
        EndPoint peer = new IPEndPoint(IPAddress.Any, 0);
        int length = _udp.ReceiveFrom(bytes, ref peer);
        foreach (byte[] answer in AnswersTo(bytes.AsSpan(0, length), isTcp: false))
        {
            _udp.SendTo(answer, peer);
        }
    });

    private void ServeTcp() => Until(() =>
    {
        using Socket peer = _tcp.Accept();
        byte[] bytes = new byte[2048];
        int length = peer.Receive(bytes);
        if (length > 2)
        {
            foreach (byte[] answer in AnswersTo(bytes.AsSpan(2, length - 2), isTcp: true))
            {
                byte[] head = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)answer.Length);
                peer.Send(head);
                peer.Send(answer);
            }
        }
    });

    private byte[][] AnswersTo(ReadOnlySpan<byte> bytes, bool isTcp)
    {
        Interlocked.Increment(ref _asked);
        DnsMessage question = DnsMessage.TryRead(bytes)!;
        return [.. _answer(question.Id, question.Question!.Value, isTcp)];
    }

    private static void Until(Action serve)
    {
        while (true)
        {
            try
            {
                serve();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (e is ObjectDisposedException or SocketException { SocketErrorCode: not SocketError.ConnectionRefused and not SocketError.ConnectionReset })
                {
                    return;
                }
            }
        }
    }
}
