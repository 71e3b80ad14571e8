using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>
/// Diagrams of op programs. What an entry's ops ask is a variable, or true where the entry does not restrict the field; a
/// program that has such ops can also be asked with the entry's real intervals.
/// </summary>
internal sealed class OpDiagrams(ImageBytes image, Diagrams diagrams, BoxDiagrams boxes, QuestionVariables questions)
{
    private const OpKind LastKind = OpKind.Question;

    private readonly WordDiagrams _words = new(diagrams);

    private readonly Dictionary<(int Start, PartSet Whole), Results> _known = [];
    private readonly Dictionary<int, string?> _errors = [];
    private readonly Dictionary<int, PartSet> _asked = [];

    private readonly HashSet<int> _asking = [];

    internal void Forget() => _known.Clear();

    /// <summary>What keeps the program from running to an end: an op out of bounds, a jump that is none; null where nothing does.</summary>
    internal string? ErrorOf(int start)
    {
        if (!_errors.TryGetValue(start, out string? error))
        {
            error = Walk(start, out PartSet asked);
            _errors.Add(start, error);
            _asked.Add(start, asked);
        }

        return error;
    }

    /// <summary>The parts that ops of a sound program ask the entry for.</summary>
    internal PartSet AskedOf(int start) => ErrorOf(start) is null ? _asked[start] : default;

    /// <summary>Some op of a sound program asks a question.</summary>
    internal bool AsksQuestions(int start) => ErrorOf(start) is null && _asking.Contains(start);

    /// <summary>The results of a sound program for an entry of this box.</summary>
    internal Results Of(int start, in Box box, PartSet named)
    {
        PartSet asked = AskedOf(start), whole = default;
        bool isSame = true;
        for (Part part = Part.SourcePort; part <= Part.Protocol; part++)
        {
            if (asked.Has(part))
            {
                bool isWhole = Parts.IsWhole(box, part, image.IsV6);
                whole = isWhole ? whole.With(part) : whole;
                isSame &= isWhole || named.Has(part);
            }
        }

        if (!isSame)
        {
            return Compute(start, box, named);
        }

        if (!_known.TryGetValue((start, whole), out Results results))
        {
            results = Compute(start, box, named);
            _known.Add((start, whole), results);
        }

        return results;
    }

    private string? Walk(int start, out PartSet asked)
    {
        asked = default;
        var reached = new SortedSet<int> { start };
        while (reached.Count > 0)
        {
            int at = reached.Min;
            reached.Remove(at);
            if (at <= 0 || at >= image.Capacity.Ops)
            {
                return $"op {at} of {image.Capacity.Ops}";
            }

            Op op = Op.Read(image, at);
            if (ErrorIn(op) is { } error)
            {
                return $"op {at}: {error}";
            }

            asked = PartOf(op.Kind) is { } part ? asked.With(part) : asked;
            if (op.Kind == OpKind.Question)
            {
                _asking.Add(start);
            }

            AddTarget(op.OnTrue);
            AddTarget(op.OnFalse);

            void AddTarget(ushort jump)
            {
                if (jump < OpFormat.FirstEnd)
                {
                    reached.Add(at + jump);
                }
            }
        }

        return null;
    }

    private string? ErrorIn(in Op op)
    {
        if (op.Kind > LastKind)
        {
            return $"unknown kind {(int)op.Kind}";
        }

        if (op.Kind == OpKind.Field && op.Offset + 8 > PacketKey.Size)
        {
            return $"eight bytes at {op.Offset} of a key of {PacketKey.Size}";
        }

        if (op.Kind == OpKind.Set && op.Low > SetLayout.MostWhat)
        {
            return $"set {op.Low:x}";
        }

        if (op.Kind == OpKind.Question && !IsKnown(op))
        {
            return $"question {op.Argument} is not {op.Mask:x}";
        }

        return IsJump(op.OnTrue) && IsJump(op.OnFalse) ? null : $"jumps by {op.OnTrue} and {op.OnFalse}";
    }

    /// <summary>The programs know the op's question by its number.</summary>
    private bool IsKnown(in Op op) => op.Argument < image.U32(image.Layout.Changes + ChangeFormat.QuestionCount)
        && op.Argument < ChangeFormat.MostQuestions
        && image.U64(image.Layout.Changes + ChangeFormat.Questions + (op.Argument * 8)) == op.Mask;

    private static bool IsJump(ushort jump) => jump is > 0 and < OpFormat.FirstEnd or OpFormat.Match or OpFormat.Miss or OpFormat.Invalid;

    private static Part? PartOf(OpKind kind) => kind switch
    {
        OpKind.EntryProtocol => Part.Protocol,
        OpKind.EntrySourcePort => Part.SourcePort,
        OpKind.EntryDestinationPort => Part.DestinationPort,
        _ => null,
    };

    /// <summary>From the last op that can be reached to the first: all jumps lead forward.</summary>
    private Results Compute(int start, in Box box, PartSet named)
    {
        var results = new Dictionary<int, Results>();
        foreach (int at in Reached(start).Reverse())
        {
            Op op = Op.Read(image, at);
            int condition = ConditionOf(op, box, named);
            results[at] = After(op.OnTrue).Where(diagrams, condition, After(op.OnFalse));

            Results After(ushort jump) => jump switch
            {
                OpFormat.Match => Results.Matched,
                OpFormat.Miss => Results.Miss,
                OpFormat.Invalid => Results.Dropped,
                _ => results[at + jump],
            };
        }

        return results[start];
    }

    private SortedSet<int> Reached(int start)
    {
        var reached = new SortedSet<int> { start };
        var open = new Stack<int>([start]);
        while (open.TryPop(out int at))
        {
            Op op = Op.Read(image, at);
            foreach (ushort jump in (ReadOnlySpan<ushort>)[op.OnTrue, op.OnFalse])
            {
                if (jump < OpFormat.FirstEnd && reached.Add(at + jump))
                {
                    open.Push(at + jump);
                }
            }
        }

        return reached;
    }

    private int ConditionOf(in Op op, in Box box, PartSet named) => op.Kind switch
    {
        OpKind.Field => FieldCondition(op),
        OpKind.Set => diagrams.Variable(KeyVariables.OfSet((uint)op.Low)),
        OpKind.Question => diagrams.Variable(questions.Of(op.Mask, op.Low)),
        OpKind.Always => Diagrams.Always,
        _ => boxes.OfPart(box, PartOf(op.Kind)!.Value, named),
    };

    /// <summary>value - low &lt;= span, unsigned: the value lies in an interval that may go round.</summary>
    private int FieldCondition(in Op op)
    {
        ulong high = unchecked(op.Low + op.Span);
        int belowHigh = _words.AtMost(op.Offset, op.Mask, high), belowLow = _words.Below(op.Offset, op.Mask, op.Low);
        return op.Span == ulong.MaxValue ? Diagrams.Always
            : high >= op.Low ? diagrams.AndNot(belowHigh, belowLow)
            : diagrams.Or(belowHigh, diagrams.Not(belowLow));
    }
}
