using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>One family's part of a set's image. A write that packets may see is one aligned store, in an order that they may be between.</summary>
internal readonly ref struct SetPart(Span<byte> image, Family family)
{
    private readonly Span<byte> _image = image;
    private readonly int _header = SetLayout.HeaderOf(family);

    internal Family Family => family;

    internal int TupleCount => Get(SetLayout.TupleCount);

    internal int Elements
    {
        get => Get(SetLayout.Elements);
        set => Put(SetLayout.Elements, value);
    }

    internal int Tombstones
    {
        get => Get(SetLayout.Tombstones);
        set => Put(SetLayout.Tombstones, value);
    }

    internal int Lines => Get(SetLayout.Lines);

    /// <summary>How many lines after the first a look-up goes on to.</summary>
    internal int MoreLines
    {
        get => Get(SetLayout.MoreLines);
        set => Put(SetLayout.MoreLines, value);
    }

    internal int UsedWords => Get(SetLayout.WordsUsed);

    /// <summary>Bytes from one element to the next.</summary>
    internal int Stride => UsedWords switch { 1 => 8, 2 => 16, 3 => 32, _ => 64 };

    internal int Slots => Lines * (SetLayout.LineBytes / Math.Max(Stride, 8));

    internal ulong Always => Word(SetLayout.Always);

    private int LinesAt => Get(SetLayout.LinesAt);

    internal int Get(int field) => MemoryMarshal.Read<int>(_image[(_header + field)..]);

    internal void Put(int field, int value) => MemoryMarshal.Write(_image[(_header + field)..], in value);

    internal ulong Word(int field) => MemoryMarshal.Read<ulong>(_image[(_header + field)..]);

    internal void PutWord(int field, ulong value) => MemoryMarshal.Write(_image[(_header + field)..], in value);

    /// <summary>The tuple of a pair of prefix lengths; -1 where there is none.</summary>
    internal int FindTuple(byte firstPrefix, byte secondPrefix)
    {
        for (int i = 0; i < TupleCount; i++)
        {
            (byte first, byte second) = PrefixesOf(i);
            if (first == firstPrefix && second == secondPrefix)
            {
                return i;
            }
        }

        return -1;
    }

    internal (byte First, byte Second) PrefixesOf(int tuple)
    {
        int at = TupleAt(tuple);
        return (_image[at + SetLayout.TupleFirstPrefix], _image[at + SetLayout.TupleSecondPrefix]);
    }

    /// <summary>What is in word 0 of every element of a tuple.</summary>
    internal static ulong MarkOf(int tuple) => ((ulong)tuple << SetLayout.TupleShift) | SetLayout.Used;

    /// <summary>Makes a packet's words those that an element of the tuple would have.</summary>
    internal SetWords Masked(in SetWords words, int tuple)
    {
        int at = TupleAt(tuple);
        var key = default(SetWords);
        for (int i = 0; i < SetLayout.MaxWords; i++)
        {
            key[i] = words[i] & At(at + (i * 8));
        }

        key[0] |= MarkOf(tuple);
        return key;
    }

    internal void PutTuple(int tuple, SetShape shape, byte firstPrefix, byte secondPrefix)
    {
        int at = TupleAt(tuple);
        SetWords masks = SetWords.Masks(shape, family, firstPrefix, secondPrefix);
        for (int i = 0; i < SetLayout.MaxWords; i++)
        {
            At(at + (i * 8)) = masks[i];
        }

        At(at + SetLayout.TupleMark) = MarkOf(tuple);
        _image[at + SetLayout.TupleFirstPrefix] = firstPrefix;
        _image[at + SetLayout.TupleSecondPrefix] = secondPrefix;
    }

    /// <summary>
    /// Where an element with these words stands, or -1; <paramref name="free"/> is where it can be put, -1 for nowhere,
    /// and <paramref name="distance"/> that place's distance in lines.
    /// </summary>
    internal int Find(in SetWords key, int most, out int free, out int distance)
    {
        int used = UsedWords, stride = Stride, start = LinesAt;
        uint lines = (uint)Lines, line = SetWords.LineOf(key, used, Word(SetLayout.Seed), lines);
        free = -1;
        distance = 0;
        for (int n = 0; n <= most; n++)
        {
            int at = start + ((int)line * SetLayout.LineBytes);
            for (int slot = at; slot < at + SetLayout.LineBytes; slot += stride)
            {
                ulong word = At(slot);
                if ((word & SetLayout.Used) == 0)
                {
                    (free, distance) = free < 0 ? (slot, n) : (free, distance);
                    if (word == 0)
                    {
                        return -1;
                    }
                }
                else if (((word ^ key[0]) & ~(ulong)SetLayout.NoMatch) == 0 && SameRest(key, slot, used))
                {
                    return slot;
                }
            }

            line = line + 1 == lines ? 0 : line + 1;
        }

        return -1;
    }

    /// <summary>Puts an element into a free slot: its word 0 last.</summary>
    internal void Write(int slot, in SetWords key, bool noMatch)
    {
        for (int i = 1; i < UsedWords; i++)
        {
            At(slot + (i * 8)) = key[i];
        }

        Publish(slot, key[0] | (noMatch ? SetLayout.NoMatch : 0UL));
    }

    /// <summary>Writes word 0.</summary>
    internal void Publish(int slot, ulong word) => Volatile.Write(ref At(slot), word);

    /// <summary>Word 0 of a slot.</summary>
    internal ulong Peek(int slot) => At(slot);

    /// <summary>Lets the directory know of an element, before it is there.</summary>
    internal void Announce(in SetElement element, int tuple)
    {
        if ((Get(SetLayout.Flags) & SetLayout.HasDirectory) == 0)
        {
            return;
        }

        ulong bit = 1UL << (tuple / Get(SetLayout.TuplesPerBit)), key = SetWords.DirectoryKey(element, family);
        int shift = Get(SetLayout.DirectoryShift), start = Get(SetLayout.DirectoryAt);
        int level = LevelOf(family, element.FirstPrefix);
        if (level < 0)
        {
            return;
        }

        // A shorter prefix than the first level's is under each of the addresses that it covers.
        int bits = SetLayout.LevelBits(family)[level], covered = Math.Max(0, bits - element.FirstPrefix);
        for (ulong i = 0; i < 1UL << covered; i++)
        {
            ref ulong word = ref At(start + (SetWords.DirectoryIndex(key + (i << (64 - bits)), bits, shift) * 8));
            if ((word & bit) == 0)
            {
                Volatile.Write(ref word, word | bit);
            }
        }
    }

    /// <summary>The directory's level that tells of prefixes of this length; -1 where a look-up tries them always.</summary>
    internal static int LevelOf(Family family, int firstPrefix)
    {
        ReadOnlySpan<byte> levels = SetLayout.LevelBits(family);
        int level = levels.Length - 1;
        while (level >= 0 && levels[level] > firstPrefix)
        {
            level--;
        }

        return level < 0 && family == Family.IPv4 && firstPrefix >= 8 ? 0 : level;
    }

    /// <summary>The tuples that the directory does not rule out for a packet's address, a bit each group of them.</summary>
    internal ulong Candidates(in SetElement packet)
    {
        ulong candidates = Always;
        if ((Get(SetLayout.Flags) & SetLayout.HasDirectory) == 0)
        {
            return candidates;
        }

        ulong key = SetWords.DirectoryKey(packet, family);
        int shift = Get(SetLayout.DirectoryShift), start = Get(SetLayout.DirectoryAt);
        for (int level = 0; level < SetLayout.DirectoryLevels; level++)
        {
            int index = SetWords.DirectoryIndex(key, SetLayout.LevelBits(family)[level], shift);
            candidates |= At(start + (index * 8)) & Word(SetLayout.LevelMasks + (level * 8));
        }

        return candidates;
    }

    internal int CountUsed()
    {
        int stride = Stride, start = LinesAt, end = start + (Lines * SetLayout.LineBytes), count = 0;
        for (int slot = start; slot < end; slot += stride)
        {
            count += (int)(At(slot) & SetLayout.Used);
        }

        return count;
    }

    /// <summary>Adds all elements to the list.</summary>
    internal void CopyTo(List<SetElement> elements, SetShape shape)
    {
        int used = UsedWords, stride = Stride, start = LinesAt, end = start + (Lines * SetLayout.LineBytes);
        for (int slot = start; slot < end; slot += stride)
        {
            ulong word = Volatile.Read(ref At(slot));
            if ((word & SetLayout.Used) == 0)
            {
                continue;
            }

            var words = default(SetWords);
            words[0] = word;
            for (int i = 1; i < used; i++)
            {
                words[i] = At(slot + (i * 8));
            }

            (byte first, byte second) = PrefixesOf((int)(word >> SetLayout.TupleShift) & 0xffff);
            elements.Add(SetWords.ToElement(words, shape, family, first, second));
        }
    }

    private bool SameRest(in SetWords key, int slot, int used)
    {
        for (int i = 1; i < used; i++)
        {
            if (At(slot + (i * 8)) != key[i])
            {
                return false;
            }
        }

        return true;
    }

    private int TupleAt(int tuple) => Get(SetLayout.TuplesAt) + (tuple * SetLayout.TupleBytes);

    private ref ulong At(int offset) => ref Unsafe.As<byte, ulong>(ref _image.Slice(offset, sizeof(ulong))[0]);
}
