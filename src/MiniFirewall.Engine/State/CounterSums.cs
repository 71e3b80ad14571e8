using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MiniFirewall.Bpf;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State;

/// <summary>What the slots of a per-CPU counter map have counted, over all CPUs: all read in a few system calls, or each when it is asked for.</summary>
internal sealed class CounterSums
{
    private readonly BpfMap _map;
    private readonly byte[]? _all;
    private readonly byte[] _key;
    private readonly byte[] _element;

    private CounterSums(BpfMap map, byte[]? all)
    {
        _map = map;
        _all = all;
        _key = new byte[map.KeySize];
        _element = new byte[map.ElementSize];
    }

    /// <param name="slots">How many will be asked for.</param>
    internal static CounterSums Of(BpfMap map, int slots)
    {
        if (slots < map.MaxEntries / 8)
        {
            return new(map, null);
        }

        var all = new byte[map.MaxEntries * map.ElementSize];
        map.LookupAll(new byte[map.MaxEntries * map.KeySize], all);
        return new(map, all);
    }

    internal Counters this[int slot]
    {
        get
        {
            ReadOnlySpan<byte> element = _all is null ? LookUp(slot) : _all.AsSpan(slot * _map.ElementSize, _map.ElementSize);
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(element);
            var sum = new Counters(0, 0);
            for (int i = 0; i < words.Length; i += _map.CpuStride / sizeof(ulong))
            {
                sum = new(unchecked(sum.Packets + words[i]), unchecked(sum.Bytes + words[i + 1]));
            }

            return sum;
        }
    }

    private byte[] LookUp(int slot)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_key, slot);
        _map.TryLookup(_key, _element);
        return _element;
    }
}
