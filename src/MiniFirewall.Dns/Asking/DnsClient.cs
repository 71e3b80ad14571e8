using System.Net;
using System.Net.Sockets;
using MiniFirewall.Dns.Files;
using MiniFirewall.Dns.Messages;

namespace MiniFirewall.Dns.Asking;

/// <summary>
/// Asks name servers for many addresses at once, on the calling thread, whose network namespace it is done in. Never throws for what
/// servers do.
/// </summary>
/// <param name="servers">Asked in this order.</param>
/// <param name="wait">How long each has, in one attempt.</param>
/// <param name="attempts">Rounds over all servers.</param>
public sealed class DnsClient(IReadOnlyList<IPEndPoint> servers, TimeSpan wait, int attempts)
{
    /// <summary>Questions on their way at once.</summary>
    private const int MostAtOnce = 64;

    public DnsClient(ResolvConf conf)
        : this((conf ?? throw new ArgumentNullException(nameof(conf))).Servers, conf.Timeout, conf.Attempts)
    {
    }

    /// <summary>The answers; what is not answered when <paramref name="bound"/> is over has failed.</summary>
    public IReadOnlyDictionary<DnsQuestion, DnsResult> Ask(IEnumerable<DnsQuestion> questions, TimeSpan bound)
    {
        long end = Environment.TickCount64 + (long)bound.TotalMilliseconds;
        var waiting = new Queue<DnsExchange>(questions.Distinct().Select(question => new DnsExchange(question, servers, attempts)));
        List<DnsExchange> all = [.. waiting], active = [];
        try
        {
            while (waiting.Count + active.Count > 0)
            {
                if (Environment.TickCount64 >= end)
                {
                    foreach (DnsExchange late in active.Concat(waiting))
                    {
                        late.GiveUp($"no answer within {bound.TotalSeconds:0.#} s");
                    }

                    break;
                }

                Begin(waiting, active, end);
                Turn(active, end);
                active.RemoveAll(exchange => exchange.Result is not null);
            }
        }
        finally
        {
            all.ForEach(exchange => exchange.Dispose());
        }

        return all.ToDictionary(exchange => exchange.Question, exchange => exchange.Result!);
    }

    private void Begin(Queue<DnsExchange> waiting, List<DnsExchange> active, long end)
    {
        while (active.Count < MostAtOnce && waiting.TryDequeue(out DnsExchange? next))
        {
            next.SendToNext(WaitUntil(end));
            active.Add(next);
        }

        active.RemoveAll(exchange => exchange.Result is not null);
    }

    /// <summary>Waits for the first answer, or for the first time that is over.</summary>
    private void Turn(List<DnsExchange> active, long end)
    {
        if (active.Count == 0)
        {
            return;
        }

        long now = Environment.TickCount64;
        long first = Math.Max(0, Math.Min(end, active.Min(exchange => exchange.Deadline)) - now);
        Dictionary<Socket, DnsExchange> bySocket = active.ToDictionary(exchange => exchange.Socket!);

        // What a server's machine refuses is an error of the socket, and no answer to read.
        List<Socket> readable = [.. bySocket.Keys], refused = [.. bySocket.Keys];
        Socket.Select(readable, null, refused, checked((int)Math.Min(first * 1000, int.MaxValue)));
        foreach (Socket socket in readable.Union(refused))
        {
            bySocket[socket].Receive(WaitUntil(end));
        }

        now = Environment.TickCount64;
        foreach (DnsExchange late in active.Where(exchange => exchange.Result is null && exchange.Deadline <= now))
        {
            late.Expire(WaitUntil(end));
        }
    }

    private long WaitUntil(long end) => Math.Max(1, Math.Min((long)wait.TotalMilliseconds, end - Environment.TickCount64));
}
