using System.Runtime.InteropServices;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>
/// Which tuples can hold a match for each of 65,536 values: a bit set a value. It is stored as a class for each value and a
/// bit set for each class; values beyond the number of classes share one that has the bits of all of them.
/// </summary>
internal sealed class FilterTable
{
    private readonly ulong[] _bits = new ulong[Image.ImageFormat.FilterKeys];
    private readonly HashSet<(int From, int To, int Tuple)> _spans = [];
    private ulong _everywhere;

    /// <summary>Adds a tuple to the values from one to another, inclusive.</summary>
    internal void Add(int from, int to, int tuple)
    {
        if (from == to)
        {
            _bits[from] |= 1UL << tuple;
        }
        else if (from == 0 && to == Image.ImageFormat.FilterKeys - 1)
        {
            _everywhere |= 1UL << tuple;
        }
        else if (_spans.Add((from, to, tuple)))
        {
            foreach (ref ulong value in _bits.AsSpan(from, to - from + 1))
            {
                value |= 1UL << tuple;
            }
        }
    }

    /// <summary>Writes classes of one byte each.</summary>
    internal void WriteBytes(Span<byte> classes, Span<byte> masks) =>
        Write(MemoryMarshal.Cast<byte, ulong>(masks), Image.ImageFormat.PortClasses, classes, static (to, at, value) => to[at] = (byte)value);

    /// <summary>Writes classes of two bytes each.</summary>
    internal void WriteHalves(Span<byte> classes, Span<byte> masks) =>
        Write(MemoryMarshal.Cast<byte, ulong>(masks), Image.ImageFormat.AddressClasses, classes, static (to, at, value) => MemoryMarshal.Cast<byte, ushort>(to)[at] = (ushort)value);

    private delegate void StoreClass(Span<byte> to, int at, int value);

    private void Write(Span<ulong> masks, int most, Span<byte> classes, StoreClass store)
    {
        var known = new Dictionary<ulong, int>();
        int current = -1;
        ulong last = 0;
        for (int value = 0; value < _bits.Length; value++)
        {
            ulong bits = _bits[value] | _everywhere;
            if (current < 0 || bits != last)
            {
                last = bits;
                current = ClassOf(bits, known, masks, most);
            }

            store(classes, value, current);
        }
    }

    private static int ClassOf(ulong bits, Dictionary<ulong, int> known, Span<ulong> masks, int most)
    {
        if (!known.TryGetValue(bits, out int number))
        {
            number = Math.Min(known.Count, most - 1);
            known.Add(bits, number);
            masks[number] |= bits;
        }

        return number;
    }
}
