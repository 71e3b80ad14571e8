using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MiniFirewall.Bpf;

/// <summary>
/// The u64 words of a per-CPU array, each summed over all CPUs (modulo 2^64). An element is read when a word of it is first
/// asked for, and remembered.
/// </summary>
public sealed class PerCpuSums
{
    private readonly BpfMap _map;
    private readonly ulong[]?[] _elements;
    private readonly byte[] _key;
    private readonly ulong[] _words;

    /// <param name="map">A per-CPU array whose values are u64s; stays the caller's.</param>
    public PerCpuSums(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Type != Asm.MapType.PerCpuArray || map.ValueSize % sizeof(ulong) != 0)
        {
            throw new ArgumentException($"map {map.Name} is no per-CPU array of u64s", nameof(map));
        }

        _map = map;
        _elements = new ulong[map.MaxEntries][];
        _key = new byte[map.KeySize];
        _words = new ulong[map.ElementSize / sizeof(ulong)];
    }

    /// <summary>The sum of a word of an element.</summary>
    public ulong this[int element, int word] => (_elements[element] ??= Read(element))[word];

    private ulong[] Read(int element)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_key, element);
        _map.TryLookup(_key, MemoryMarshal.AsBytes(_words.AsSpan()));
        var sums = new ulong[_map.ValueSize / sizeof(ulong)];
        for (int at = 0; at < _words.Length; at += sums.Length)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] = unchecked(sums[i] + _words[at + i]);
            }
        }

        return sums;
    }
}
