using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>What is done with the number so far.</summary>
public enum WordOperator
{
    /// <summary>All bits that both have.</summary>
    And,

    /// <summary>Shifted to the left, by at most 31.</summary>
    LeftShift,

    /// <summary>Shifted to the right, by at most 31.</summary>
    RightShift,

    /// <summary>It is added to the place that offsets count from, and the word at the operand is read there.</summary>
    At,
}

public readonly record struct WordStep(WordOperator Operator, uint Operand);

/// <summary>A word of a packet, what is computed from it, and the inclusive ranges that the result may lie in.</summary>
/// <param name="Offset">Bytes from the network header to the first word that is read: 32 bits, network byte order.</param>
public sealed record WordTest(uint Offset, ValueArray<WordStep> Steps, ValueArray<(uint Low, uint High)> Ranges);

/// <summary>
/// All tests hold (net/netfilter/xt_u32.c): 32-bit arithmetic that wraps; where a word does not lie in the packet, or a place is
/// beyond 32 bits, the answer is no.
/// </summary>
public sealed record WordArithmetic(ValueArray<WordTest> Tests) : Question
{
    public override bool Ask(Packet packet) => Tests.All(test => Ask(test, packet.Bytes));

    private static bool Ask(WordTest test, ReadOnlySpan<byte> bytes)
    {
        ulong at = 0;
        if (Read(bytes, test.Offset) is not { } value)
        {
            return false;
        }

        foreach (WordStep step in test.Steps)
        {
            if (step.Operator != WordOperator.At)
            {
                value = Compute(step, value);
                continue;
            }

            at += value;
            if (at > uint.MaxValue - 4 || Read(bytes, at + step.Operand) is not { } next)
            {
                return false;
            }

            value = next;
        }

        return test.Ranges.Any(range => range.Low <= value && value <= range.High);
    }

    private static uint Compute(WordStep step, uint value) => step.Operator switch
    {
        WordOperator.And => value & step.Operand,
        WordOperator.LeftShift => value << (int)step.Operand,
        _ => value >> (int)step.Operand,
    };

    private static uint? Read(ReadOnlySpan<byte> bytes, ulong offset) =>
        offset + 4 <= (ulong)bytes.Length ? BinaryPrimitives.ReadUInt32BigEndian(bytes[(int)offset..]) : null;
}
