using System.Runtime.CompilerServices;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Sets;

/// <summary>Changes elements of a set while packets do: each by a call that the kernel makes whole.</summary>
internal sealed class DynamicSetEditor : IDisposable
{
    private const int Missing = 2, Exists = 17, TooMany = 7;

    private readonly DynamicSetMaps _maps;
    private readonly MappedMemory _header;

    internal DynamicSetEditor(DynamicSetMaps maps) => (_maps, _header) = (maps, maps.Header.MapValues());

    private DynamicSet Set => _maps.Set;

    /// <summary>Makes an element say what it says; one that is there begins anew.</summary>
    /// <exception cref="FirewallException">The set is full.</exception>
    internal void Put(DynamicSetRecord record, ulong now)
    {
        byte[] key = record.Key(Set), value = record.Value(Set);
        while (true)
        {
            int refusal = TryInsert(record, key, value);
            if (refusal == 0 || (refusal == Exists && TryReplace(key, value)))
            {
                return;
            }

            if (refusal == TooMany && !MakeRoom(now))
            {
                throw new FirewallException(FirewallFailure.Refused, $"set {Set.Name} is full: it has room for {_maps.Room} elements (maxelem)");
            }
        }
    }

    /// <summary>False where there was none.</summary>
    internal bool Remove(in SetElement element)
    {
        bool was = _maps.Elements.Delete(DynamicSetRecord.KeyOf(element, Set));
        if (was)
        {
            Count(element, -1);
        }

        return was;
    }

    /// <summary>Takes away what is over.</summary>
    /// <returns>Whether there was any.</returns>
    internal bool MakeRoom(ulong now)
    {
        int gone = 0;
        foreach (DynamicSetRecord record in _maps.Read().Where(record => record.IsOver(now)))
        {
            gone += Remove(record.Element) ? 1 : 0;
        }

        return gone > 0;
    }

    public void Dispose() => ((IDisposable)_header).Dispose();

    /// <summary>0, or why not.</summary>
    private int TryInsert(DynamicSetRecord record, byte[] key, byte[] value)
    {
        // A packet that looks for the element has to know its prefix lengths before.
        Count(record.Element, 1);
        int refusal = TryUpdate(key, value, MapUpdate.OnlyNew);
        if (refusal != 0)
        {
            Count(record.Element, -1);
        }

        return refusal;
    }

    /// <summary>False where a packet has taken the element away.</summary>
    private bool TryReplace(byte[] key, byte[] value) => TryUpdate(key, value, MapUpdate.OnlyExisting) == 0;

    private int TryUpdate(byte[] key, byte[] value, MapUpdate how)
    {
        try
        {
            _maps.Elements.Update(key, value, how);
            return 0;
        }
        catch (SystemCallException refusal) when (refusal.Errno is Exists or TooMany or Missing)
        {
            return refusal.Errno;
        }
    }

    private void Count(in SetElement element, int change)
    {
        Family family = element.Families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6;
        if (Set.FirstIsNetwork)
        {
            Count(family, isFirst: true, element.FirstPrefix, change);
        }

        if (Set.SecondIsNetwork)
        {
            Count(family, isFirst: false, element.SecondPrefix, change);
        }
    }

    private void Count(Family family, bool isFirst, byte prefix, int change)
    {
        Interlocked.Add(ref Word<int>(DynamicSetLayout.CountOf(family, isFirst, prefix)), change);
        if (change > 0)
        {
            (int at, ulong bit) = DynamicSetLayout.LengthOf(family, isFirst, prefix);
            Interlocked.Or(ref Word<ulong>(at), bit);
        }
    }

    private ref T Word<T>(int at) => ref Unsafe.As<byte, T>(ref _header.GetSpan()[at]);
}
