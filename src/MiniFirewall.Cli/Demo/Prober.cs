using System.Net;
using System.Net.Sockets;
using MiniFirewall.Policy;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Cli.Demo;

/// <summary>What a probe met: its words, and the verdict they amount to.</summary>
internal sealed record Happening(Verdict Verdict, string Words);

/// <summary>Sends real packets, from sockets made inside the sandbox.</summary>
internal sealed class Prober(Sandbox sandbox)
{
    // Shorter than the kernel's first SYN retransmission (1 s), so that a dropped probe is exactly one packet.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(500);

    // A probe that should pass has time for a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    internal async Task<Happening> RunAsync(Probe probe, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(probe.Expected == Verdict.Drop ? Silence : Patience);
        try
        {
            using Socket socket = Open(probe);
            return await (probe.Protocol switch
            {
                ProbeProtocol.Tcp => TcpAsync(socket, probe, limit.Token),
                ProbeProtocol.Udp => UdpAsync(socket, probe, limit.Token),
                _ => IcmpAsync(socket, probe, limit.Token),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(Verdict.Drop, "no answer");
        }
        catch (SocketException error)
        {
            // EPERM is what the kernel tells a sender whose packet a hook dropped.
            return new(Verdict.Drop, error.SocketErrorCode == SocketError.AccessDenied ? "not permitted" : error.Message);
        }
    }

    private Socket Open(Probe probe) => NetworkNamespaceThread.Run(Sandbox.PathOf(sandbox.Name.Namespace(probe.From)), () => probe.Protocol switch
    {
        ProbeProtocol.Tcp => new Socket(probe.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
        ProbeProtocol.Udp => new Socket(probe.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp),
        _ => new Socket(probe.Address.AddressFamily, SocketType.Raw, IcmpProtocol(probe)),
    });

    private static ProtocolType IcmpProtocol(Probe probe) =>
        probe.Address.AddressFamily == AddressFamily.InterNetwork ? ProtocolType.Icmp : ProtocolType.IcmpV6;

    private static async Task<Happening> TcpAsync(Socket socket, Probe probe, CancellationToken cancellation)
    {
        // Closing by RST leaves no packets for later to disturb the next probe's counters.
        socket.LingerState = new LingerOption(true, 0);
        await socket.ConnectAsync(new IPEndPoint(probe.Address, probe.Port), cancellation).ConfigureAwait(false);
        await socket.SendAsync("ping"u8.ToArray(), cancellation).ConfigureAwait(false);
        int count = await socket.ReceiveAsync(new byte[16], cancellation).ConfigureAwait(false);
        return count == 4 ? new(Verdict.Accept, "connected, echoed") : new(Verdict.Drop, "closed by the peer");
    }

    private static async Task<Happening> UdpAsync(Socket socket, Probe probe, CancellationToken cancellation)
    {
        await socket.ConnectAsync(new IPEndPoint(probe.Address, probe.Port), cancellation).ConfigureAwait(false);
        await socket.SendAsync("ping"u8.ToArray(), cancellation).ConfigureAwait(false);
        await socket.ReceiveAsync(new byte[16], cancellation).ConfigureAwait(false);
        return new(Verdict.Accept, "echoed");
    }

    private static async Task<Happening> IcmpAsync(Socket socket, Probe probe, CancellationToken cancellation)
    {
        var target = new IPEndPoint(probe.Address, 0);
        await socket.SendToAsync(IcmpEcho.Request(probe.Family), target, cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[256];
        while (true)
        {
            SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, target, cancellation).ConfigureAwait(false);
            if (IcmpEcho.IsReply(probe.Family, buffer.AsSpan(0, got.ReceivedBytes)))
            {
                return new(Verdict.Accept, "echo reply");
            }
        }
    }
}
