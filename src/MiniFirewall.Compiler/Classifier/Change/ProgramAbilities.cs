using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Code;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>What the programs over an image can do for a statement that was not there when they were compiled.</summary>
internal sealed record ProgramAbilities
{
    /// <summary>A bit for each <see cref="Field"/> that they read.</summary>
    internal required uint Fields { get; init; }

    internal required bool Answers { get; init; }

    /// <summary>As <see cref="PacketProgram.ChangesMarks"/> of some program.</summary>
    internal required bool ChangesMarks { get; init; }

    /// <summary>They look into sets.</summary>
    internal required bool Sets { get; init; }

    /// <summary>They track connections.</summary>
    internal required bool Tracks { get; init; }

    /// <summary>Some program hands packets to a target that takes a server's place.</summary>
    internal required bool HasProxy { get; init; }

    /// <summary>What makes a packet odd; null where every packet is.</summary>
    internal required IReadOnlyList<KnownTest>? Tests { get; init; }

    /// <summary>Name hashes of the chains that are straight code somewhere; null where they are not known.</summary>
    internal required IReadOnlyList<ulong>? Straight { get; init; }

    /// <summary>The questions that the programs can ask.</summary>
    internal required QuestionNumbers Questions { get; init; }

    /// <summary>For each of these a rule that asks it: at first its counter, then what <see cref="ImageEditor.SetAskers"/> was told.</summary>
    internal required IReadOnlyList<int> Askers { get; init; }

    /// <summary>As <see cref="ChangeFormat.MostOps"/>.</summary>
    internal required int MostOps { get; init; }

    /// <summary>As <see cref="ChangeFormat.CountSlots"/>.</summary>
    internal required int CountSlots { get; init; }

    /// <param name="oddTests">As <see cref="OddTests.Of"/>.</param>
    /// <param name="straight">Names of the chains that are straight code in some program of the family.</param>
    internal static ProgramAbilities Of(FieldUse use, CompileOptions options, bool changesMarks, List<OddTest>? oddTests, IEnumerable<string> straight, int mostOps)
    {
        List<ulong> names = [.. straight.Select(NameHash.Of)];
        return new()
        {
            Fields = use.Bits,
            Answers = use.Answers,
            ChangesMarks = changesMarks,
            Sets = use.Sets,
            Tracks = options.Tracks,
            HasProxy = options.HasProxy,
            Tests = oddTests is null ? null : InRoom([.. oddTests.Select(KnownTest.Of)]),
            Straight = names.Count <= ChangeFormat.MostStraight ? names : null,
            Questions = use.Questions.Numbers,
            Askers = use.Questions.Askers,
            MostOps = mostOps,
            CountSlots = SlotsOf(use),
        };
    }

    internal static ProgramAbilities Read(ReadOnlySpan<byte> changes)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(changes[ChangeFormat.Flags..]);
        var tests = new KnownTest[BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.TestCount..])];
        for (int i = 0; i < tests.Length; i++)
        {
            tests[i] = KnownTest.Read(changes[(ChangeFormat.Tests + (i * ChangeFormat.TestSize))..]);
        }

        int questions = BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.QuestionCount..]);
        return new()
        {
            Fields = BinaryPrimitives.ReadUInt32LittleEndian(changes[ChangeFormat.Fields..]),
            Answers = (flags & ChangeFormat.Answers) != 0,
            ChangesMarks = (flags & ChangeFormat.ChangesMarks) != 0,
            Sets = (flags & ChangeFormat.Sets) != 0,
            Tracks = (flags & ChangeFormat.Tracks) != 0,
            HasProxy = (flags & ChangeFormat.HasProxy) != 0,
            Tests = (flags & ChangeFormat.AllAreOdd) != 0 ? null : tests,
            Straight = (flags & ChangeFormat.StraightUnknown) != 0 ? null : Words64(changes, ChangeFormat.StraightChains, BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.StraightCount..])),
            Questions = new QuestionNumbers(Words64(changes, ChangeFormat.Questions, questions)),
            Askers = Words32(changes, ChangeFormat.Askers, questions),
            MostOps = BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.MostOps..]),
            CountSlots = BinaryPrimitives.ReadInt32LittleEndian(changes[ChangeFormat.CountSlots..]),
        };
    }

    /// <summary>
    /// Counts and flags come last, in one direction: whoever reads what a writer has not come to an end with finds less than there is, as long as what was there before was
    /// less. Programs that can do it all are the caller's to have put in force before.
    /// </summary>
    internal void Write(Span<byte> changes)
    {
        for (int i = 0; i < (Tests?.Count ?? 0); i++)
        {
            Tests![i].Write(changes[(ChangeFormat.Tests + (i * ChangeFormat.TestSize))..]);
        }

        for (int i = 0; i < (Straight?.Count ?? 0); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(changes[(ChangeFormat.StraightChains + (i * sizeof(ulong)))..], Straight![i]);
        }

        for (int i = 0; i < Questions.Hashes.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(changes[(ChangeFormat.Questions + (i * sizeof(ulong)))..], Questions.Hashes[i]);
            BinaryPrimitives.WriteInt32LittleEndian(changes[(ChangeFormat.Askers + (i * sizeof(int)))..], Askers[i]);
        }

        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.CountSlots..], CountSlots);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.MostOps..], MostOps);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.TestCount..], Tests?.Count ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.StraightCount..], Straight?.Count ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.QuestionCount..], Questions.Hashes.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(changes[ChangeFormat.Fields..], Fields);
        BinaryPrimitives.WriteUInt32LittleEndian(changes[ChangeFormat.Flags..], Flags);
    }

    private uint Flags => (Tests is null ? ChangeFormat.AllAreOdd : 0)
        | (Straight is null ? ChangeFormat.StraightUnknown : 0)
        | (Answers ? ChangeFormat.Answers : 0)
        | (ChangesMarks ? ChangeFormat.ChangesMarks : 0)
        | (Sets ? ChangeFormat.Sets : 0)
        | (Tracks ? ChangeFormat.Tracks : 0)
        | (HasProxy ? ChangeFormat.HasProxy : 0);

    /// <summary>Whether all packets that come to the chain come to it in the image.</summary>
    internal bool IsImageOnly(string chain) => Straight is not null && !Straight.Contains(NameHash.Of(chain));

    /// <summary>Whether the programs read what the statement asks for, answer and look into sets if it does, and call every packet odd that it may drop.</summary>
    internal bool Suffice(Statement statement)
    {
        FieldUse use = FieldUse.Of(statement);
        return (use.Bits & ~Fields) == 0 && (Sets || !use.Sets) && (Answers || !use.Answers) && (Tests is null || OddTestsOf(statement).All(IsMet))
            && use.Questions.All.All(Questions.Has) && SlotsOf(use) <= CountSlots;
    }

    /// <summary>
    /// What programs must be able to do for the statement too, and with how much room; null where it takes more than other programs: marks that change
    /// where rules have tested the ones that packets came with, or tests that there are no words for.
    /// </summary>
    internal ProgramAbilities? With(Statement statement)
    {
        FieldUse use = FieldUse.Of(statement);
        bool beginsMarks = !ChangesMarks && use.Questions.All.Any(code => code is PacketChange { ChangesMark: true });
        if ((use.HasProxy && !HasProxy) || (beginsMarks && (Fields & (1u << (int)Field.Mark)) != 0))
        {
            return null;
        }

        List<KnownTest>? tests = Tests is null ? null : [.. Tests];
        foreach (KnownTest test in tests is null ? [] : OddTestsOf(statement))
        {
            if (!tests!.Exists(known => known.Covers(test)))
            {
                tests.RemoveAll(test.Covers);
                tests.Add(test);
            }
        }

        (Question Code, int Asker)[] begun = [.. use.Questions.All.Zip(use.Questions.Askers).Where(asked => !Questions.Has(asked.First))];
        if (tests?.Count > ChangeFormat.MostTests || tests?.Exists(test => test.Kind == ChangeFormat.Other) == true || Askers.Count + begun.Length > ChangeFormat.MostQuestions)
        {
            return null;
        }

        return this with
        {
            Fields = Fields | use.Bits | (use.AsksConnection ? FieldUse.TrackingBits : 0),
            Tracks = Tracks || use.AsksConnection,
            Answers = Answers || use.Answers,
            Sets = Sets || use.Sets,
            ChangesMarks = ChangesMarks || beginsMarks,
            Tests = tests,
            Questions = new QuestionNumbers([.. Questions.Hashes, .. begun.Select(asked => QuestionCodes.HashOf(asked.Code))]),
            Askers = [.. Askers, .. begun.Select(asked => asked.Asker)],
            CountSlots = Math.Max(CountSlots, SlotsOf(use)),
        };
    }

    /// <summary>What the programs ask for.</summary>
    /// <param name="codes">Of the questions, in the order of their numbers.</param>
    internal FieldUse UseWith(IEnumerable<Question> codes) => FieldUse.OfKnown(Fields, Sets, Answers, codes.Zip(Askers));

    private static int SlotsOf(FieldUse use) => use.Questions.All.OfType<ConnectionsAbove>().Select(code => code.Slots).DefaultIfEmpty().Max();

    /// <summary>A last test that stands for those that there is no room for is covered by none and covers none.</summary>
    private static KnownTest[] InRoom(KnownTest[] tests) => tests.Length <= ChangeFormat.MostTests
        ? tests
        : [.. tests.Take(ChangeFormat.MostTests - 1), new KnownTest(ChangeFormat.AnyProtocol, 0, ChangeFormat.Other, 0)];

    private static IReadOnlyList<ulong> Words64(ReadOnlySpan<byte> changes, int at, int count)
    {
        var words = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(changes[(at + (i * sizeof(ulong)))..]);
        }

        return words;
    }

    private static IReadOnlyList<int> Words32(ReadOnlySpan<byte> changes, int at, int count)
    {
        var words = new int[count];
        for (int i = 0; i < count; i++)
        {
            words[i] = BinaryPrimitives.ReadInt32LittleEndian(changes[(at + (i * sizeof(int)))..]);
        }

        return words;
    }

    private static List<KnownTest> OddTestsOf(Statement statement)
    {
        List<KnownTest> drops = [];
        byte? protocol = null;
        foreach (Step step in statement.Early)
        {
            if (step is Require { Condition: FieldTest { Field: Field.Protocol, Negated: false } test } && (test.Mask & 0xff) == 0xff)
            {
                protocol = (byte)test.Value;
            }
            else if (step is DropWhen drop && !OddTests.IsAlwaysMade(drop.Condition))
            {
                drops.Add(KnownTest.Of(new(protocol, drop.Condition)));
            }
        }

        return drops;
    }

    private bool IsMet(KnownTest drop) => Tests!.Any(test => test.Covers(drop));
}
