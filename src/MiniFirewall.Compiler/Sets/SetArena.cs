using System.Runtime.CompilerServices;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>
/// The images of sets in one memory, which packets may be reading. What no set's word points to is free: so a writer that is killed
/// while it builds an image leaves nothing behind. One writer at a time.
/// </summary>
/// <param name="memory">The arena.</param>
/// <param name="isNew">Nobody has written it before.</param>
public sealed class SetArena(Memory<byte> memory, bool isNew = false)
{
    /// <summary>Bytes of an arena.</summary>
    public const int Bytes = SetLayout.ArenaBlocks * SetLayout.BlockBytes;

    private readonly Memory<byte> _memory = memory;

    /// <summary>Images that no word points to yet.</summary>
    private readonly List<(int Start, int End)> _reserved = [];

    /// <summary>In a new arena, where the last image ends.</summary>
    private int _end = SetLayout.FirstImageBlock;

    /// <summary>The image of a set that has one, to be changed by the one writer.</summary>
    public SetImage Image(int set, SetShape shape) => new(MemoryOf(Word(set)), shape);

    /// <summary>A copy of a set's image, for those who only look: no writer waits for them, nor they for one.</summary>
    public SetImage Copy(int set, SetShape shape)
    {
        while (true)
        {
            // Memory is written anew only after the word has changed.
            ulong word = Volatile.Read(ref Word(set));
            byte[] copy = MemoryOf(word).ToArray();
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref Word(set)) == word)
            {
                return new(copy, shape);
            }
        }
    }

    /// <summary>
    /// Builds a set's image in free memory. Packets do not see it before <see cref="Put"/>. Free memory may still be read by
    /// packets that came before it was free: the caller has waited for a grace period.
    /// </summary>
    /// <returns>The set's new word; null where there is no room.</returns>
    public ulong? TryBuild(int set, SetShape shape, ReadOnlySpan<SetElement> elements)
    {
        int start = -1, blocks = 0;
        bool fits = true;
        SetImageBuilder.Build(shape, elements, wanted =>
        {
            blocks = wanted;
            start = FindFree(wanted);
            fits = start >= 0;
            return fits ? Cleared(start, wanted) : null;
        });
        if (!fits)
        {
            return null;
        }

        _reserved.Add((start, start + blocks));
        _end = start + blocks;
        ulong version = (Word(set) >> SetLayout.VersionShift) + 1;
        return (version << SetLayout.VersionShift) | ((ulong)blocks << SetLayout.SizeShift) | (uint)(start * SetLayout.BlockBytes);
    }

    /// <summary>Puts an image in force: packets see the one before or this one, whole.</summary>
    public void Put(int set, ulong word) => Volatile.Write(ref Word(set), word);

    private static (int Start, int End) Place(ulong word)
    {
        int start = (int)(uint)word / SetLayout.BlockBytes;
        return (start, start + ((int)(word >> SetLayout.SizeShift) & SetLayout.SizeMask));
    }

    private Memory<byte> MemoryOf(ulong word)
    {
        (int start, int end) = Place(word);
        return _memory[(start * SetLayout.BlockBytes)..(end * SetLayout.BlockBytes)];
    }

    /// <summary>The first gap of so many blocks between the images; -1 where there is none.</summary>
    private int FindFree(int blocks)
    {
        int at = isNew ? _end : SetLayout.FirstImageBlock;
        foreach ((int start, int end) in Taken().Order())
        {
            if (start - at >= blocks)
            {
                return at;
            }

            at = Math.Max(at, end);
        }

        return (_memory.Length / SetLayout.BlockBytes) - at >= blocks ? at : -1;
    }

    private IEnumerable<(int Start, int End)> Taken()
    {
        if (isNew)
        {
            yield break;
        }

        for (int set = 0; set < SetLayout.MostSets; set++)
        {
            // Sets are numbered without gaps, and each has an image; the words behind the last one are in memory that nobody has written.
            ulong word = Word(set);
            if (word == 0)
            {
                break;
            }

            yield return Place(word);
        }

        foreach ((int Start, int End) place in _reserved)
        {
            yield return place;
        }
    }

    private Memory<byte> Cleared(int start, int blocks)
    {
        Memory<byte> place = _memory.Slice(start * SetLayout.BlockBytes, blocks * SetLayout.BlockBytes);
        place.Span.Clear();
        return place;
    }

    private ref ulong Word(int set) => ref Unsafe.As<byte, ulong>(ref _memory.Span.Slice(set * sizeof(ulong), sizeof(ulong))[0]);
}
