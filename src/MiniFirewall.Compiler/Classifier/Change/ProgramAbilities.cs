using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Code;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>What the programs over an image can do for a statement that was not there when they were compiled.</summary>
internal sealed class ProgramAbilities
{
    private readonly uint _fields;

    /// <summary>Null where every packet is odd.</summary>
    private readonly List<KnownTest>? _tests;

    /// <summary>Name hashes of the chains that are straight code somewhere; null where they are not known.</summary>
    private readonly List<ulong>? _straight;

    private readonly bool _answers;

    private ProgramAbilities(uint fields, bool answers, bool changesMarks, List<KnownTest>? tests, List<ulong>? straight, QuestionNumbers questions)
    {
        ChangesMarks = changesMarks;
        Questions = questions;
        _answers = answers;
        _fields = fields;
        _tests = tests;
        _straight = straight;
    }

    /// <summary>The questions that the programs can ask.</summary>
    internal QuestionNumbers Questions { get; }

    /// <summary>As <see cref="PacketProgram.ChangesMarks"/> of some program.</summary>
    internal bool ChangesMarks { get; }

    /// <param name="straight">Names of the chains that are straight code in some program of the family.</param>
    internal static ProgramAbilities Of(FieldUse use, bool changesMarks, List<OddTest>? oddTests, IEnumerable<string> straight) =>
        new(use.Bits, use.Answers, changesMarks, oddTests is null ? null : [.. oddTests.Select(KnownTest.Of)], [.. straight.Select(NameHash.Of)], use.Questions.Numbers);

    internal static ProgramAbilities Read(ReadOnlySpan<byte> changes)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(changes[ChangeFormat.Flags..]);
        List<KnownTest> tests = [];
        for (int left = BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.TestCount..]); left > 0; left--)
        {
            tests.Add(KnownTest.Read(changes[(ChangeFormat.Tests + (tests.Count * ChangeFormat.TestSize))..]));
        }

        List<ulong> questions = [];
        for (int left = BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.QuestionCount..]); left > 0; left--)
        {
            questions.Add(BinaryPrimitives.ReadUInt64LittleEndian(changes[(ChangeFormat.Questions + (questions.Count * sizeof(ulong)))..]));
        }

        List<ulong> straight = [];
        for (int left = BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.StraightCount..]); left > 0; left--)
        {
            straight.Add(BinaryPrimitives.ReadUInt64LittleEndian(changes[(ChangeFormat.StraightChains + (straight.Count * sizeof(ulong)))..]));
        }

        return new(
            BinaryPrimitives.ReadUInt32LittleEndian(changes[ChangeFormat.Fields..]),
            (flags & ChangeFormat.Answers) != 0,
            (flags & ChangeFormat.ChangesMarks) != 0,
            (flags & ChangeFormat.AllAreOdd) != 0 ? null : tests,
            (flags & ChangeFormat.StraightUnknown) != 0 ? null : straight,
            new QuestionNumbers(questions));
    }

    internal void Write(Span<byte> changes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(changes[ChangeFormat.Fields..], _fields);
        bool knowsStraight = _straight?.Count <= ChangeFormat.MostStraight;
        uint flags = (_tests is null ? ChangeFormat.AllAreOdd : 0)
            | (knowsStraight ? 0 : ChangeFormat.StraightUnknown)
            | (_answers ? ChangeFormat.Answers : 0)
            | (ChangesMarks ? ChangeFormat.ChangesMarks : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(changes[ChangeFormat.Flags..], flags);
        List<KnownTest> written = [.. (_tests ?? []).Take(ChangeFormat.MostTests)];
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.TestCount..], written.Count);
        for (int i = 0; i < written.Count; i++)
        {
            written[i].Write(changes[(ChangeFormat.Tests + (i * ChangeFormat.TestSize))..]);
        }

        WriteStraight(changes, knowsStraight ? _straight! : []);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.QuestionCount..], Questions.Hashes.Count);
        for (int i = 0; i < Questions.Hashes.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(changes[(ChangeFormat.Questions + (i * sizeof(ulong)))..], Questions.Hashes[i]);
        }
    }

    /// <summary>Whether all packets that come to the chain come to it in the image.</summary>
    internal bool IsImageOnly(string chain) => _straight is not null && !_straight.Contains(NameHash.Of(chain));

    /// <summary>Whether the programs read what the statement asks for, answer if it does, and call every packet odd that it may drop. Sets need programs that look into them.</summary>
    internal bool Suffice(Statement statement)
    {
        FieldUse use = FieldUse.Of(statement);
        return (use.Bits & ~_fields) == 0 && !use.Sets && (_answers || !use.Answers) && (_tests is null || Drops(statement).All(IsMet))
            && use.Questions.All.All(Questions.Has);
    }

    private static void WriteStraight(Span<byte> changes, List<ulong> straight)
    {
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.StraightCount..], straight.Count);
        for (int i = 0; i < straight.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(changes[(ChangeFormat.StraightChains + (i * sizeof(ulong)))..], straight[i]);
        }
    }

    private static List<OddTest> Drops(Statement statement)
    {
        List<OddTest> drops = [];
        byte? protocol = null;
        foreach (Step step in statement.Early)
        {
            if (step is Require { Condition: FieldTest { Field: Field.Protocol, Negated: false } test } && (test.Mask & 0xff) == 0xff)
            {
                protocol = (byte)test.Value;
            }
            else if (step is DropWhen drop && !OddTests.IsAlwaysMade(drop.Condition))
            {
                drops.Add(new(protocol, drop.Condition));
            }
        }

        return drops;
    }

    private bool IsMet(OddTest drop) => _tests!.Any(test => test.Covers(KnownTest.Of(drop)));

    /// <summary>A test in the image's words.</summary>
    private readonly record struct KnownTest(ushort Protocol, byte Field, byte Kind, uint Value)
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
    }
}
