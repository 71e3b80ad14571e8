using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Code;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>A test that makes a packet odd, in the image's words.</summary>
internal readonly record struct KnownTest(ushort Protocol, byte Field, byte Kind, uint Value)
{
    internal static KnownTest Of(OddTest test)
    {
        ushort protocol = test.Protocol ?? ChangeFormat.AnyProtocol;
        return test.Condition switch
        {
            RangeTest { Negated: false, Ranges: [{ Low: var low, High: var high }] } range when low == 0 =>
                new(protocol, (byte)range.Field, ChangeFormat.AtMost, (uint)UInt128.Min(high, uint.MaxValue)),
            FieldTest { Negated: false, Value: var value } field when field.Mask == UInt128.MaxValue && value <= uint.MaxValue =>
                new(protocol, (byte)field.Field, ChangeFormat.Equal, (uint)value),
            _ => new(protocol, 0, ChangeFormat.Other, 0),
        };
    }

    internal static KnownTest Read(ReadOnlySpan<byte> at) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(at[ChangeFormat.TestProtocol..]),
        at[ChangeFormat.TestField],
        at[ChangeFormat.TestKind],
        BinaryPrimitives.ReadUInt32LittleEndian(at[ChangeFormat.TestValue..]));

    internal void Write(Span<byte> at)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at[ChangeFormat.TestProtocol..], Protocol);
        at[ChangeFormat.TestField] = Field;
        at[ChangeFormat.TestKind] = Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(at[ChangeFormat.TestValue..], Value);
    }

    /// <summary>Every packet that meets the other test meets this one.</summary>
    internal bool Covers(KnownTest other) =>
        (Protocol == ChangeFormat.AnyProtocol || Protocol == other.Protocol) && Field == other.Field && Kind == other.Kind
        && (Kind == ChangeFormat.AtMost ? Value >= other.Value : Kind == ChangeFormat.Equal && Value == other.Value);

    /// <summary>The test; null where the image has no words for it.</summary>
    internal OddTest? ToTest()
    {
        byte? protocol = Protocol == ChangeFormat.AnyProtocol ? null : (byte)Protocol;
        return Kind switch
        {
            ChangeFormat.AtMost => new(protocol, RangeTest.Between((Field)Field, 0, Value)),
            ChangeFormat.Equal => new(protocol, FieldTest.Equal((Field)Field, Value)),
            _ => null,
        };
    }
}
