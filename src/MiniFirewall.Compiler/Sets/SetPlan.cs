using System.Numerics;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>How large one family's part of an image becomes, and where its pieces are.</summary>
internal sealed class SetPlan
{
    private const int Lengths = 129;
    private const int MaxDirectoryBits = 20, MinDirectoryBits = 9;
    private const int BitsOfCandidates = 64;

    private readonly int[] _tupleOf = new int[Lengths * Lengths];

    private SetPlan(Family family, SetShape shape)
    {
        Family = family;
        Shape = shape;
    }

    internal Family Family { get; }

    internal SetShape Shape { get; }

    /// <summary>Pairs of prefix lengths, the most specific first.</summary>
    internal List<(byte First, byte Second)> Tuples { get; } = [];

    internal int Count { get; private set; }

    internal int Lines { get; private set; }

    internal int DirectoryBits { get; private set; }

    internal bool HasDirectory => Tuples.Count > 1;

    internal int Blocks => TupleBlocks + DirectoryBlocks + LineBlocks;

    internal int TupleBlocks => (Tuples.Count + SetLayout.TuplesPerBlock - 1) / SetLayout.TuplesPerBlock;

    internal int DirectoryBlocks => HasDirectory ? (8 << DirectoryBits) / SetLayout.BlockBytes : 0;

    private int LineBlocks => (Lines + SetLayout.LinesPerBlock - 1) / SetLayout.LinesPerBlock;

    /// <param name="growth">What the part is to be larger by than it needs, for elements that come later.</param>
    internal static SetPlan Of(SetShape shape, Family family, ReadOnlySpan<SetElement> elements, double growth)
    {
        var plan = new SetPlan(family, shape);
        FamilySet wanted = family.ToSet();
        foreach (ref readonly SetElement element in elements)
        {
            if ((element.Families & wanted) != 0)
            {
                plan.Count++;
                plan._tupleOf[(element.FirstPrefix * Lengths) + element.SecondPrefix]++;
            }
        }

        plan.Arrange(growth);
        return plan;
    }

    /// <summary>The number of the tuple that an element of the plan belongs to.</summary>
    internal int TupleOf(in SetElement element) => _tupleOf[(element.FirstPrefix * Lengths) + element.SecondPrefix];

    private void Arrange(double growth)
    {
        for (int i = _tupleOf.Length - 1; i >= 0; i--)
        {
            if (_tupleOf[i] > 0)
            {
                _tupleOf[i] = Tuples.Count;
                Tuples.Add(((byte)(i / Lengths), (byte)(i % Lengths)));
            }
        }

        if (Count == 0)
        {
            return;
        }

        int slots = SetLayout.LineBytes / (8 * SetLayout.WordsOf(Shape, Family));
        double load = slots switch { 8 => 0.8, 4 => 0.7, 2 => 0.6, _ => 0.5 };
        double lines = ((Count * growth) + 16) / (slots * load);
        int blocks = (int)Math.Ceiling(lines / SetLayout.LinesPerBlock);
        Lines = blocks * SetLayout.LinesPerBlock;
        DirectoryBits = Math.Clamp(BitOperations.Log2((uint)Count) + 1, MinDirectoryBits, MaxDirectoryBits);
    }

    /// <summary>Writes the family's header and tuples; its pieces begin at <paramref name="block"/>.</summary>
    internal void WriteTo(Span<byte> image, int block, ulong seed)
    {
        var part = new SetPart(image, Family);
        part.Put(SetLayout.Flags, FlagsOf());
        part.Put(SetLayout.TuplesPerBit, Math.Max(1, (Tuples.Count + BitsOfCandidates - 1) / BitsOfCandidates));
        part.Put(SetLayout.DirectoryShift, 64 - DirectoryBits);
        part.Put(SetLayout.TuplesAt, block * SetLayout.BlockBytes);
        part.Put(SetLayout.DirectoryAt, (block + TupleBlocks) * SetLayout.BlockBytes);
        part.Put(SetLayout.LinesAt, (block + TupleBlocks + DirectoryBlocks) * SetLayout.BlockBytes);
        part.Put(SetLayout.Lines, Lines);
        part.Put(SetLayout.TupleCount, Tuples.Count);
        part.Put(SetLayout.WordsUsed, SetLayout.UsedWordsOf(SetLayout.WordsOf(Shape, Family)));
        part.PutWord(SetLayout.Seed, seed);
        for (int i = 0; i < Tuples.Count; i++)
        {
            part.PutTuple(i, Shape, Tuples[i].First, Tuples[i].Second);
            int level = HasDirectory ? SetPart.LevelOf(Family, Tuples[i].First) : -1;
            int field = level < 0 ? SetLayout.Always : SetLayout.LevelMasks + (level * 8);
            part.PutWord(field, part.Word(field) | (1UL << (i / part.Get(SetLayout.TuplesPerBit))));
        }
    }

    private int FlagsOf() => (Shape.Port == SetPort.None ? 0 : SetLayout.HasPort)
        | (Shape.Port == SetPort.TcpOrUdp ? SetLayout.TcpOrUdpOnly : 0)
        | (SetLayout.WordsOf(Shape, Family) is 2 or 8 ? SetLayout.IsWide : 0)
        | (HasDirectory ? SetLayout.HasDirectory : 0);
}
