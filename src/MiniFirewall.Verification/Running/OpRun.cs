using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Running;

/// <summary>Runs op programs for one packet.</summary>
internal sealed class OpRun(ImageBytes image, KnownQuestions questions, Packet packet, KeyBytes key)
{
    /// <summary>One of the ends of <see cref="OpFormat"/>.</summary>
    /// <exception cref="BrokenImageException">The program leaves its section or does not end.</exception>
    internal ushort Run(int start, in Entry entry)
    {
        for (int at = start; at > 0 && at < image.Capacity.Ops;)
        {
            Op op = Op.Read(image, at);
            ushort jump = Holds(op, entry) ? op.OnTrue : op.OnFalse;
            if (jump is OpFormat.Match or OpFormat.Miss or OpFormat.Invalid)
            {
                return jump;
            }

            if (jump is 0 or >= OpFormat.FirstEnd)
            {
                throw new BrokenImageException($"op {at} jumps by {jump}");
            }

            at += jump;
        }

        throw new BrokenImageException($"the program at op {start} leaves the section");
    }

    private bool Holds(in Op op, in Entry entry) => op.Kind switch
    {
        OpKind.Field when op.Offset + 8 <= PacketKey.Size => unchecked((key.Word(op.Offset) & op.Mask) - op.Low) <= op.Span,
        OpKind.EntryProtocol => Contains(entry, Dimension.Protocol),
        OpKind.EntrySourcePort => Contains(entry, Dimension.SourcePort),
        OpKind.EntryDestinationPort => Contains(entry, Dimension.DestinationPort),
        OpKind.Always => true,
        OpKind.Question => Asked(questions.Find(op.Mask, op.Low)),
        _ => throw new BrokenImageException($"an op of kind {(int)op.Kind} at offset {op.Offset}"),
    };

    /// <summary>Rules behind see a packet as rules before have changed it.</summary>
    private bool Asked(Question question)
    {
        bool answer = question.Ask(packet);
        if (question is PacketChange change)
        {
            packet = change.Changed(packet);
            key.PutMark(packet.Mark);
        }

        return answer;
    }

    private bool Contains(in Entry entry, Dimension dimension)
    {
        ulong value = key[dimension, image.IsV6];
        return value >= entry.Box.Low[(int)dimension] && value <= entry.Box.High[(int)dimension];
    }
}
