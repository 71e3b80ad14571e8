using MiniFirewall.Dns;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Dns.Passing;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Dns;
using Xunit;

namespace MiniFirewall.Tests.Dns;

/// <summary>Answers that pass teach what was asked for, and nothing else.</summary>
public sealed class PassingAnswerTests
{
    private static readonly PassingEnds s_ends = new(Family.IPv4, 1, 4000, 2);

    private readonly PassingAnswers _answers = new();

    [Fact]
    public void The_answer_to_a_question_teaches_once()
    {
        Ask(s_ends, 7, "www.ubuntu.com");
        (string name, IReadOnlyList<NameAddress> addresses) = Take(s_ends, 7, "www.ubuntu.com")!.Value;
        Assert.Equal(("www.ubuntu.com", 1), (name, addresses.Count));
        Assert.Null(Take(s_ends, 7, "www.ubuntu.com"));
    }

    [Fact]
    public void What_nobody_asked_teaches_nothing()
    {
        Ask(s_ends, 7, "www.ubuntu.com");
        Assert.Null(Take(s_ends, 8, "www.ubuntu.com"));
        Assert.Null(Take(s_ends, 7, "evil.ubuntu.com"));
        Assert.Null(Take(s_ends with { ClientPort = 4001 }, 7, "www.ubuntu.com"));
        Assert.Null(Take(s_ends with { Server = 3 }, 7, "www.ubuntu.com"));
        Assert.Null(_answers.TakeAnswer(s_ends, [1, 2, 3], 0));
        Assert.Null(Take(s_ends, 7, "www.ubuntu.com", PassingAnswers.LongestWait + 1));
    }

    [Fact]
    public void Questions_without_an_answer_are_forgotten()
    {
        for (int i = 0; i < 3 * PassingAnswers.MostWaiting; i++)
        {
            Ask(s_ends with { ClientPort = (ushort)i }, (ushort)i, $"n{i}.ubuntu.com");
        }

        Assert.InRange(_answers.Waiting, 1, PassingAnswers.MostWaiting);
        Ask(s_ends, 1, "late.ubuntu.com", PassingAnswers.LongestWait + 1);
        Assert.Equal(1, _answers.Waiting);
    }

    private void Ask(PassingEnds ends, ushort id, string name, long now = 0) => _answers.AddQuestion(ends, new DnsQuestion(name, Family.IPv4).Encode(id), now);

    private (string Name, IReadOnlyList<NameAddress> Addresses)? Take(PassingEnds ends, ushort id, string name, long now = 0) =>
        _answers.TakeAnswer(ends, new MessageText(id, name, DnsType.A).Address(name, "198.51.100.1", 60).ToBytes(), now);
}
