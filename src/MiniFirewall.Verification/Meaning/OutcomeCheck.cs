using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Meaning;

/// <summary>Whether an entry's match does what its statement says: verdict or flow, counter, event, answer, target.</summary>
internal sealed class OutcomeCheck(ImageBytes image, ImmutableDictionary<string, int> chainNumbers)
{
    /// <summary>What differs; null where nothing does.</summary>
    internal string? ErrorOf(in Entry entry, Statement statement, ChainStatements chain)
    {
        if (!entry.HasRecord)
        {
            return statement is { Outcome: Decide { Answer: Answer.None } decide, Emits: false } && entry.Action == ResultOf(decide.Verdict, statement.Counter)
                ? null
                : $"a match gives {Describe(entry.Action)}";
        }

        Record record = Record.Read(image, entry.Record);
        return ErrorOf(record, statement, chain) is { } error ? $"record {entry.Record}: {error}" : null;
    }

    private string? ErrorOf(in Record record, Statement statement, ChainStatements chain)
    {
        (RecordKind kind, uint result) = statement.Outcome switch
        {
            Decide decide => (RecordKind.Decide, ResultOf(decide.Verdict, statement.Counter)),
            Continue => (RecordKind.Continue, CountOf(statement)),
            Call => (RecordKind.Call, CountOf(statement)),
            TailTo => (RecordKind.TailTo, CountOf(statement)),
            Leave => (RecordKind.Leave, CountOf(statement)),
            _ => throw new NotSupportedException($"{statement.Outcome.GetType().Name} has no meaning here"),
        };
        if (record.Kind != kind)
        {
            return $"a match does {record.Kind}";
        }

        if (record.Result != result)
        {
            return $"a match gives {Describe(record.Result)}";
        }

        if (record.Emits != (statement.Emits ? 1 : 0))
        {
            return $"a match sends {(record.Emits == 0 ? "no event" : "an event")}";
        }

        Answer answer = statement.Outcome is Decide decided ? decided.Answer : Answer.None;
        if (record.Answer != (byte)answer)
        {
            return $"a match is answered with {(Answer)record.Answer}";
        }

        return chain.Target(statement.Outcome) is { } target && chainNumbers.GetValueOrDefault(target, -1) != (long)record.Chain
            ? $"a match leads to chain {record.Chain}"
            : null;
    }

    private static uint ResultOf(Verdict verdict, int counter) =>
        ((uint)counter << 2) | (verdict == Verdict.Drop ? (uint)ResultCode.DropCode : ResultCode.AcceptCode);

    private static uint CountOf(Statement statement) => (uint)statement.Counter << 2;

    private static string Describe(uint result) => (result & 3) switch
    {
        ResultCode.DropCode => $"drop with counter {result >> 2}",
        ResultCode.AcceptCode => $"accept with counter {result >> 2}",
        ResultCode.InvalidCode => $"code {result}",
        _ => $"counter {result >> 2} without a verdict",
    };
}
