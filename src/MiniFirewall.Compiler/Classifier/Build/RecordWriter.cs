using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Records as bytes.</summary>
internal static class RecordWriter
{
    /// <summary>The record of a statement that nobody has ended.</summary>
    /// <param name="from">The epoch that it is in force from.</param>
    /// <param name="residual">Its residual program, 0 for none.</param>
    /// <param name="full">Its full program.</param>
    /// <param name="late">The program of its late steps, 0 for none.</param>
    /// <param name="chainOf">Gives the chain of a block of the statement's program.</param>
    /// <param name="own">Where it stands.</param>
    internal static void Write(Span<byte> record, Statement statement, uint from, int residual, int full, int late, Func<int, int> chainOf, (uint Order, int Chain) own)
    {
        (RecordKind kind, int result, int chain) = statement.Outcome switch
        {
            Decide decide => (RecordKind.Decide, ResultCode.Of(decide.Verdict, statement.Counter), 0),
            Continue => (RecordKind.Continue, statement.Counter << 2, 0),
            Call call => (RecordKind.Call, statement.Counter << 2, chainOf(call.Block)),
            TailTo tail => (RecordKind.TailTo, statement.Counter << 2, chainOf(tail.Block)),
            Leave => (RecordKind.Leave, statement.Counter << 2, 0),
            _ => throw new CompileException($"unknown outcome {statement.Outcome.GetType().Name}", statement.Origin),
        };
        Write(record, from, ImageFormat.Forever, residual, (uint)result, kind, statement.Emits, chain, full, own);
        BinaryPrimitives.WriteInt32LittleEndian(record[ImageFormat.RecordLate..], late);
        record[ImageFormat.RecordAnswer] = statement.Outcome is Decide { Answer: var answer } ? (byte)answer : (byte)0;
    }

    internal static void Write(Span<byte> record, uint from, uint until, int residual, uint result, RecordKind kind, bool emits, int chain, int full, (uint Order, int Chain) own)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record[ImageFormat.RecordFrom..], from);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ImageFormat.RecordUntil..], until);
        BinaryPrimitives.WriteInt32LittleEndian(record[ImageFormat.RecordResidual..], residual);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ImageFormat.RecordResult..], result);
        record[ImageFormat.RecordKind] = (byte)kind;
        record[ImageFormat.RecordEmits] = emits ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(record[ImageFormat.RecordChain..], chain);
        BinaryPrimitives.WriteInt32LittleEndian(record[ImageFormat.RecordFull..], full);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ImageFormat.RecordOwnOrder..], own.Order);
        BinaryPrimitives.WriteInt32LittleEndian(record[ImageFormat.RecordOwnChain..], own.Chain);
    }
}
