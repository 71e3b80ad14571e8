using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Structure;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Meaning;

/// <summary>
/// Whether a statement's entries in one view say together just what the statement says: for ordinary packets its
/// requirements, for odd ones all its steps.
/// </summary>
internal sealed class MeaningCheck(ImageBytes image, View view, EntryTable entries, Workbench bench)
{
    private readonly HashSet<Proof> _proofs = new(ProofEquality.Instance);

    /// <summary>What has been proved for a statement with one entry: it holds for each whose unnamed steps are the same.</summary>
    private readonly record struct Proof(ImmutableArray<Step> Steps, StepNames Names, int Program);

    /// <summary>What differs; null where nothing does.</summary>
    /// <param name="part">Some of the statement's entries.</param>
    internal string? ErrorOf(Statement statement, ReadOnlySpan<int> part, Sides sides)
    {
        foreach (int index in part)
        {
            if (ErrorInProgram(EntryKind.Of(image, view, entries[index])) is { } error)
            {
                return $"{EntryTable.Where(index)}: {error}";
            }
        }

        bench.Tidy();
        try
        {
            return Compare(statement.Early, part, sides);
        }
        catch (TooComplexException)
        {
            return $"not proved in the {view.Name}: its conditions are too complex to compare";
        }
    }

    private string? ErrorInProgram(EntryKind kind)
    {
        if (kind.Program == 0)
        {
            return view.IsOdd ? "it has no full program" : null;
        }

        return bench.Ops.ErrorOf(kind.Program)
            ?? (bench.Ops.AsksQuestions(kind.Program) ? "its program asks a question before the packet has come to the statement" : null);
    }

    private string? Compare(ImmutableArray<Step> steps, ReadOnlySpan<int> found, Sides sides)
    {
        if (found.Length == 0)
        {
            return Difference(steps, found, StepNames.None, PartSet.None, sides);
        }

        ref readonly Entry first = ref entries[found[0]];
        PartSet common = CommonParts(found);
        StepNames names = Naming.Of(steps, first.Box, common, image.IsV6, out PartSet named);
        var proof = new Proof(steps, names, EntryKind.Of(image, view, first).Program);
        bool isGeneral = found.Length == 1 && named == common;
        if (isGeneral && _proofs.Contains(proof))
        {
            return null;
        }

        if (named != PartSet.None && Difference(steps, found, names, named, Sides.Both) is null)
        {
            if (isGeneral)
            {
                _proofs.Add(proof);
            }

            return null;
        }

        return Difference(steps, found, StepNames.None, PartSet.None, sides);
    }

    /// <summary>The parts that the entries restrict, all in the same way; of ports and protocol in the odd view those that programs ask for.</summary>
    private PartSet CommonParts(ReadOnlySpan<int> found)
    {
        var common = PartSet.None;
        ref readonly Box box = ref entries[found[0]].Box;
        for (Part part = 0; part <= Part.Protocol; part++)
        {
            bool isAsked = !view.IsOdd || Parts.IsAddress(part) || bench.Ops.AskedOf(EntryKind.Of(image, view, entries[found[0]]).Program).Has(part);
            if (isAsked && !Parts.IsWhole(box, part, image.IsV6) && AllHave(found, box, part))
            {
                common = common.With(part);
            }
        }

        return common;
    }

    private bool AllHave(ReadOnlySpan<int> found, in Box box, Part part)
    {
        foreach (int index in found)
        {
            if (!Parts.SameIn(entries[index].Box, box, part))
            {
                return false;
            }
        }

        return true;
    }

    private string? Difference(ImmutableArray<Step> steps, ReadOnlySpan<int> found, StepNames names, PartSet named, Sides sides)
    {
        Diagrams diagrams = bench.Diagrams;
        Results wanted = bench.Statements.Of(steps, names);
        Results given = Union(found, named);
        int all = Diagrams.Always;
        if (!view.IsOdd)
        {
            all = bench.Statements.Ordinary(wanted);
            wanted = new(wanted.Match, Diagrams.Never);
            given = new(given.Match, Diagrams.Never);
        }

        string? lacking = sides.HasFlag(Sides.Complete)
            ? Describe(diagrams.And(all, diagrams.AndNot(wanted.Match, given.Match)), "match the statement, and no entry that they find")
                ?? Describe(diagrams.AndNot(wanted.Invalid, given.Invalid), "are dropped as invalid by the statement, and by no entry that they find")
            : null;
        return lacking ?? (sides.HasFlag(Sides.Sound)
            ? Describe(diagrams.And(all, diagrams.AndNot(given.Match, wanted.Match)), "match an entry, and not the statement")
                ?? Describe(diagrams.AndNot(given.Invalid, wanted.Invalid), "are dropped as invalid by an entry, and not by the statement")
            : null);
    }

    /// <summary>Halves are united, so that each diagram takes part in few unions.</summary>
    private Results Union(ReadOnlySpan<int> found, PartSet named) => found.Length switch
    {
        0 => Results.Miss,
        1 => Of(entries[found[0]], named),
        int n => Union(found[..(n / 2)], named).Or(bench.Diagrams, Union(found[(n / 2)..], named)),
    };

    private Results Of(in Entry entry, PartSet named)
    {
        EntryKind kind = EntryKind.Of(image, view, entry);
        int box = bench.Boxes.Of(entry.Box, view.IsOdd ? Part.Destination : Part.Protocol, named);
        Results results = kind.Program == 0 ? Results.Matched : bench.Ops.Of(kind.Program, entry.Box, named);
        return results.Where(bench.Diagrams, box, Results.Miss);
    }

    private string? Describe(int packets, string what) => bench.Diagrams.Witness(packets) is { } witness
        ? $"{(view.IsOdd ? "odd" : "ordinary")} packets {what}: such as {Witness.Describe(witness, image.IsV6)}"
        : null;

    private sealed class ProofEquality : IEqualityComparer<Proof>
    {
        internal static ProofEquality Instance { get; } = new();

        public bool Equals(Proof x, Proof y) => x.Program == y.Program && x.Names == y.Names && StepEquality.Same(x.Steps, y.Steps, x.Names);

        public int GetHashCode(Proof obj) => HashCode.Combine(StepEquality.Hash(obj.Steps, obj.Names), obj.Program);
    }
}

/// <summary>What is asked of entries before their statement.</summary>
[Flags]
internal enum Sides
{
    /// <summary>They say all that the statement does.</summary>
    Complete = 1,

    /// <summary>They say nothing that the statement does not.</summary>
    Sound = 2,

    Both = Complete | Sound,
}
