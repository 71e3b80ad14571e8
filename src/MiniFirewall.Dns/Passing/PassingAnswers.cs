using MiniFirewall.Dns.Messages;
using MiniFirewall.Packets;

namespace MiniFirewall.Dns.Passing;

/// <summary>The ends of a question to a name server and of its answer.</summary>
public readonly record struct PassingEnds(Family Family, UInt128 Client, ushort ClientPort, UInt128 Server);

/// <summary>
/// Pairs answers of name servers that pass by with the questions before them: an answer that nobody asked for, or that answers something
/// else, teaches nothing. Bounded whatever passes. Not thread-safe.
/// </summary>
public sealed class PassingAnswers
{
    /// <summary>Questions that wait for an answer at once; of too many the oldest are forgotten.</summary>
    public const int MostWaiting = 4096;

    /// <summary>How long a question waits, in milliseconds.</summary>
    public const long LongestWait = 15_000;

    private readonly Dictionary<(PassingEnds Ends, ushort Id, DnsQuestion Question), long> _waiting = [];
    private readonly Queue<((PassingEnds Ends, ushort Id, DnsQuestion Question) Key, long Since)> _order = new();

    /// <summary>Questions that wait for an answer.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Takes note of a question.</summary>
    /// <param name="payload">A UDP packet's, maybe cut.</param>
    /// <param name="now">Milliseconds of any clock that does not jump.</param>
    public void AddQuestion(PassingEnds ends, ReadOnlySpan<byte> payload, long now)
    {
        if (DnsMessage.TryRead(payload) is not { IsResponse: false, Question: { } question } message)
        {
            return;
        }

        Forget(now);
        var key = (ends, message.Id, question);
        _waiting[key] = now;
        _order.Enqueue((key, now));
    }

    /// <summary>The name that was asked for and the addresses that it has; null where the answer teaches nothing.</summary>
    /// <inheritdoc cref="AddQuestion"/>
    public (string Name, IReadOnlyList<NameAddress> Addresses)? TakeAnswer(PassingEnds ends, ReadOnlySpan<byte> payload, long now)
    {
        if (DnsMessage.TryRead(payload) is not { IsResponse: true, Code: 0, Question: { } question } message)
        {
            return null;
        }

        Forget(now);
        if (!_waiting.Remove((ends, message.Id, question)))
        {
            return null;
        }

        // What does not fit into one packet may be half told: the addresses that are there are true all the same.
        List<NameAddress> addresses = AliasChain.Follow(message, question).Addresses;
        return addresses.Count == 0 ? null : (question.Name, addresses);
    }

    private void Forget(long now)
    {
        while (_order.TryPeek(out var oldest) && (now - oldest.Since > LongestWait || _order.Count >= MostWaiting))
        {
            _order.Dequeue();

            // The same question may have been asked again since.
            if (_waiting.TryGetValue(oldest.Key, out long since) && since == oldest.Since)
            {
                _waiting.Remove(oldest.Key);
            }
        }
    }
}
