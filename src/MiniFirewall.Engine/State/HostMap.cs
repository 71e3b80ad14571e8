using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>
/// The addresses of a generation's live host names (<see cref="HostLayout"/>), which programs look into. An address comes or goes by
/// one call that the kernel makes whole; who changes it holds the namespace's lock.
/// </summary>
internal sealed class HostMap : IDisposable
{
    /// <summary>Room for addresses, by the number of names.</summary>
    private const int LeastRoom = 4096, RoomOfName = 128, RoomOfPattern = 8192, MostRoom = 1 << 20;

    private const int TooMany = 7, NoMemory = 12;

    private HostMap(BpfMap map) => Map = map;

    internal BpfMap Map { get; }

    /// <summary>A map with the addresses that a rule set's live names are known by; null where it has none.</summary>
    internal static HostMap? Make(RuleSet rules)
    {
        IReadOnlyList<HostName> names = LiveNames.Of(rules).Hosts;
        if (names.Count == 0)
        {
            return null;
        }

        if (names.Count > AddressOfHost.MostNames)
        {
            throw new FirewallException(FirewallFailure.Resource, $"{names.Count} host names; there may be {AddressOfHost.MostNames}");
        }

        var map = new HostMap(BpfMap.Create(HostLayout.Spec(names.Count, RoomFor(names))));
        try
        {
            for (int number = 0; number < names.Count; number++)
            {
                map.AddAll(number, names[number]);
            }

            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>A generation's map; null where it has none.</summary>
    internal static HostMap? TryOpen(DirectoryHandle generation) =>
        BpfMap.TryOpen(generation.PathOf(PinNames.Hosts)) is { } map ? new(map) : null;

    /// <summary>The addresses of the names of numbers 0 and up, in order.</summary>
    internal ImmutableArray<NameAddresses> Read(int names)
    {
        var v4 = new SortedSet<UInt128>?[names];
        var v6 = new SortedSet<UInt128>?[names];
        byte[] key = new byte[Map.KeySize], next = new byte[Map.KeySize], value = new byte[Map.ValueSize];
        int turns = 0;
        for (bool more = Map.TryNextKey([], next); more && turns++ <= Map.MaxEntries; more = Map.TryNextKey(key, next))
        {
            // Behind a key that was taken away meanwhile the map begins anew; as many turns as it has room for are enough.
            (key, next) = (next, key);
            if (HostLayout.AddressOf(key) is { } address && Map.TryLookup(key, value))
            {
                SortedSet<UInt128>?[] family = address.Family == Family.IPv4 ? v4 : v6;
                for (int number = 0; number < names; number++)
                {
                    if (HostLayout.HasBit(value, number))
                    {
                        (family[number] ??= []).Add(address.Address);
                    }
                }
            }
        }

        return [.. v4.Zip(v6, (four, six) => new NameAddresses([.. four ?? []], [.. six ?? []]))];
    }

    /// <exception cref="FirewallException">There is no room.</exception>
    internal void Add(int number, Family family, UInt128 address)
    {
        Set(HostLayout.KeyOf(family, address), number);
        Set(HostLayout.KnownKey, number);
    }

    internal void Remove(int number, Family family, UInt128 address)
    {
        byte[] key = HostLayout.KeyOf(family, address), value = new byte[Map.ValueSize];
        if (!Map.TryLookup(key, value) || !HostLayout.HasBit(value, number))
        {
            return;
        }

        HostLayout.ClearBit(value, number);
        if (value.AsSpan().IndexOfAnyExcept((byte)0) < 0)
        {
            Map.Delete(key);
        }
        else
        {
            Map.Update(key, value);
        }
    }

    public void Dispose() => Map.Dispose();

    private static int RoomFor(IEnumerable<HostName> names) =>
        (int)Math.Clamp(names.Sum(name => name.Name.StartsWith('*') ? (long)RoomOfPattern : RoomOfName), LeastRoom, MostRoom);

    private void AddAll(int number, HostName name)
    {
        foreach (UInt128 address in name.V4)
        {
            Add(number, Family.IPv4, address);
        }

        foreach (UInt128 address in name.V6)
        {
            Add(number, Family.IPv6, address);
        }
    }

    private void Set(byte[] key, int number)
    {
        var value = new byte[Map.ValueSize];
        if (Map.TryLookup(key, value) && HostLayout.HasBit(value, number))
        {
            return;
        }

        HostLayout.SetBit(value, number);
        try
        {
            Map.Update(key, value);
        }
        catch (SystemCallException full) when (full.Errno is TooMany or NoMemory)
        {
            throw new FirewallException(FirewallFailure.Resource, $"no room for another address of a host name: there are {Map.MaxEntries - 1}", full);
        }
    }
}
