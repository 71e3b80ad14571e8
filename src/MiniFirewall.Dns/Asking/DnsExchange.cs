using System.Net;
using System.Net.Sockets;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Packets;

namespace MiniFirewall.Dns.Asking;

/// <summary>
/// One question on its way: which server has it, and until when it may answer. Each attempt has a socket of its own, at a port that the
/// kernel chooses at random, connected to the server, and a random number (RFC 5452); an answer to anything else is passed over.
/// </summary>
internal sealed class DnsExchange : IDisposable
{
    private const int LongestAnswer = 4096;

    private readonly IReadOnlyList<IPEndPoint> _servers;
    private readonly int _attempts;
    private readonly byte[] _buffer = new byte[LongestAnswer];
    private DnsQuestion _now;
    private ushort _id;
    private int _attempt = -1, _aliases;
    private uint _holds = int.MaxValue;
    private string _error = "";

    /// <param name="attempts">Rounds over all servers.</param>
    internal DnsExchange(DnsQuestion question, IReadOnlyList<IPEndPoint> servers, int attempts) =>
        (Question, _now, _servers, _attempts) = (question, question, servers, attempts * servers.Count);

    internal DnsQuestion Question { get; }

    /// <summary>What waits for the answer; null before the first attempt and behind the last.</summary>
    internal Socket? Socket { get; private set; }

    /// <summary>Until when the server may answer, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    internal long Deadline { get; private set; }

    /// <summary>Null while it is not known.</summary>
    internal DnsResult? Result { get; private set; }

    private IPEndPoint Server => _servers[_attempt % _servers.Count];

    /// <summary>Sends the question to the next server; with none left, that is the result.</summary>
    /// <param name="wait">How long the server has, in milliseconds.</param>
    internal void SendToNext(long wait)
    {
        while (++_attempt < _attempts)
        {
            if (TrySend())
            {
                Deadline = Environment.TickCount64 + wait;
                return;
            }
        }

        Finish(new(NameOutcome.Failed, [], _error));
    }

    internal void GiveUp(string why)
    {
        _error = why;
        Finish(new(NameOutcome.Failed, [], why));
    }

    /// <summary>The server's time is over.</summary>
    internal void Expire(long wait)
    {
        _error = $"{Server.Address} did not answer";
        SendToNext(wait);
    }

    /// <summary>Takes what the socket has.</summary>
    /// <param name="wait">How long a next server has, and an answer over TCP, in milliseconds.</param>
    internal void Receive(long wait)
    {
        DnsMessage? answer;
        try
        {
            int length = Socket!.Receive(_buffer);
            answer = AnswerIn(_buffer.AsSpan(0, length));
        }
        catch (SocketException refused)
        {
            _error = $"{Server.Address}: {Words(refused)}";
            SendToNext(wait);
            return;
        }

        if (answer is { IsTruncated: true })
        {
            answer = AskByTcp(wait);
            if (answer is null)
            {
                SendToNext(wait);
                return;
            }
        }

        if (answer is not null)
        {
            Take(answer, wait);
        }
    }

    public void Dispose() => Socket?.Dispose();

    private bool TrySend()
    {
        Socket?.Dispose();
        _id = BitConverter.ToUInt16(RandomBytes.Of(2));
        Socket = new Socket(Server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Socket.Connect(Server);
            Socket.Send(_now.Encode(_id));
            return true;
        }
        catch (SocketException refused)
        {
            _error = $"{Server.Address}: {Words(refused)}";
            return false;
        }
    }

    /// <summary>The message, where it answers what is asked now.</summary>
    private DnsMessage? AnswerIn(ReadOnlySpan<byte> bytes) =>
        DnsMessage.TryRead(bytes) is { IsResponse: true } answer && answer.Id == _id && answer.Question == _now ? answer : null;

    private DnsMessage? AskByTcp(long wait)
    {
        try
        {
            byte[]? bytes = TcpAsking.Ask(Server, _now.Encode(_id), TimeSpan.FromMilliseconds(Math.Max(1, wait)));
            DnsMessage? answer = bytes is null ? null : AnswerIn(bytes);
            _error = $"{Server.Address} did not answer by TCP what is too long for UDP";
            return answer is { IsTruncated: false } ? answer : null;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            _error = $"{Server.Address} by TCP, for what is too long for UDP: {Words(e)}";
            return null;
        }
    }

    private void Take(DnsMessage answer, long wait)
    {
        const int NoError = 0, NameError = 3;
        if (answer.Code == NameError)
        {
            Finish(new(NameOutcome.NoSuchName, []));
            return;
        }

        if (answer.Code != NoError)
        {
            _error = $"{Server.Address} answered {CodeName(answer.Code)}";
            SendToNext(wait);
            return;
        }

        (string name, List<NameAddress> addresses, uint seconds, int length) = AliasChain.Follow(answer, _now);
        _holds = Math.Min(_holds, seconds);
        _aliases += length;
        if (addresses.Count > 0)
        {
            Finish(new(NameOutcome.Found, [.. addresses.Select(address => address with { Seconds = Math.Min(address.Seconds, _holds) })]));
        }
        else if (length == 0 || _aliases >= AliasChain.Longest)
        {
            Finish(length == 0 ? new(NameOutcome.NoAddress, []) : new(NameOutcome.Failed, [], $"more than {AliasChain.Longest} aliases behind one another"));
        }
        else
        {
            // A server that does not follow aliases itself.
            _now = new(name, Question.Family);
            _attempt--;
            SendToNext(wait);
        }
    }

    private void Finish(DnsResult result)
    {
        Result = result;
        Socket?.Dispose();
        Socket = null;
    }

    private static string CodeName(int code) => code switch
    {
        1 => "FORMERR",
        2 => "SERVFAIL",
        4 => "NOTIMP",
        5 => "REFUSED",
        _ => $"code {code}",
    };

    private static string Words(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens there",
        SocketException { SocketErrorCode: SocketError.NetworkUnreachable or SocketError.HostUnreachable } => "there is no way there",
        OperationCanceledException => "it did not answer",
        _ => error.Message,
    };
}
