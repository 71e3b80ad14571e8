using System.Net.Sockets;

namespace MiniFirewall.Cli.Services;

/// <summary>
/// Serves those who connect to a socket, each on a thread of its own for a bounded time, and no more than a few at once: one who is slow, or many
/// of them, keep nobody from the rest. Ends when disposed of.
/// </summary>
internal sealed class Clients : IDisposable
{
    private const int MostAtOnce = 8;

    /// <summary>How long a client may keep quiet, or not take what it gets.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>After a connection that could not be taken.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly Action<Socket> _serve;
    private readonly Thread _thread;
    private int _now;

    /// <param name="socket">Listens; belongs to this object from here on.</param>
    /// <param name="serve">What is done with a client.</param>
    internal Clients(Socket socket, Action<Socket> serve)
    {
        _socket = socket;
        _serve = serve;
        _thread = new Thread(Accept) { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }

    private void Accept()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = _socket.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (e is SocketException { SocketErrorCode: SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.TooManyOpenSockets })
                {
                    Thread.Sleep(Pause);
                    continue;
                }

                return;
            }

            if (Interlocked.Increment(ref _now) > MostAtOnce)
            {
                Interlocked.Decrement(ref _now);
                client.Dispose();
                continue;
            }

            // A new thread is in the network namespace of this one; a pool's need not be.
            new Thread(() => Serve(client)) { IsBackground = true }.Start();
        }
    }

    private void Serve(Socket client)
    {
        // What trickles in or out is no work either: whatever it does, the client's time ends.
        using (client)
        using (var late = new Timer(_ => client.Dispose(), null, 2 * Patience, Timeout.InfiniteTimeSpan))
        {
            try
            {
                client.ReceiveTimeout = client.SendTimeout = (int)Patience.TotalMilliseconds;
                _serve(client);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or Engine.FirewallException)
            {
                // The client is slow or gone, or the state cannot be read now: it sees that it gets no answer.
            }
            finally
            {
                Interlocked.Decrement(ref _now);
            }
        }
    }
}
