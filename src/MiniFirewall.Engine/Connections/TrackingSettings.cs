using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Policy;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Connections;

/// <summary>
/// What is set of connection tracking, in the value of the map "tracking". A setting that the rules in force say is theirs, and goes back
/// to its default with a rule set that does not say it; one that was set by hand stays.
/// </summary>
internal static class TrackingSettings
{
    /// <summary>The value of a map "tracking".</summary>
    internal static byte[] Copy(BpfMap tracking)
    {
        var value = new byte[TrackingTable.Size];
        tracking.TryLookup(new byte[tracking.KeySize], value);
        return value;
    }

    /// <summary>
    /// The map of a generation; null where it has none. Of one that a version made that followed no states of SCTP it is a copy, which the
    /// next generation can have, and no program looks into.
    /// </summary>
    internal static BpfMap? TryOpen(DirectoryHandle generation)
    {
        BpfMap? map = BpfMap.TryOpen(generation.PathOf(WellKnownMaps.Tracking));
        if (map is null or { ValueSize: TrackingTable.Size })
        {
            return map;
        }

        using BpfMap other = map;
        return other.ValueSize == TrackingTable.SizeWithoutSctp ? Extended(other) : throw OtherVersion();
    }

    /// <summary>As the other, but only where it is what programs look into.</summary>
    internal static BpfMap? TryOpenLive(DirectoryHandle generation) => IsOfOtherVersion(generation)
        ? throw new FirewallException(FirewallFailure.Refused, "the rules in force were loaded by an older version of minifw; apply the rules again, then set it")
        : TryOpen(generation);

    /// <summary>Whether there is one, but of another size.</summary>
    internal static bool IsOfOtherVersion(DirectoryHandle generation)
    {
        using BpfMap? map = BpfMap.TryOpen(generation.PathOf(WellKnownMaps.Tracking));
        return map is not null and not { ValueSize: TrackingTable.Size };
    }

    private static BpfMap Extended(BpfMap other)
    {
        var value = new byte[TrackingTable.SizeWithoutSctp];
        other.TryLookup(new byte[other.KeySize], value);
        BpfMap map = BpfMap.Create(WellKnownMaps.TrackingSpec);
        map.Update(new byte[map.KeySize], TrackingTable.Extend(value, KernelTime.Hertz));
        return map;
    }

    private static FirewallException OtherVersion() =>
        new(FirewallFailure.Refused, "the rules in force were loaded by another version of minifw; run 'minifw off' and apply the rules again");

    /// <summary>How many packets of a generation found no room for their connection.</summary>
    internal static ulong RefusedIn(DirectoryHandle generation)
    {
        using BpfMap? tracking = TryOpen(generation);
        return tracking is null ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(Copy(tracking).AsSpan(TrackingTable.Refused));
    }

    /// <summary>All settings as they are.</summary>
    internal static ImmutableArray<ConnectionSettingValue> Read(byte[] value) =>
        [.. ConnectionSetting.All.Select(setting => new ConnectionSettingValue(setting, TrackingTable.Read(value, setting, KernelTime.Hertz)))];

    /// <summary>Those that the rules in force say.</summary>
    internal static ImmutableArray<ConnectionSettingValue> ReadDeclared(byte[] value)
    {
        uint declared = Declared(value);
        return [.. Read(value).Where(set => (declared & Bit(set.Setting)) != 0)];
    }

    /// <summary>The value as rules want it that say these settings and no others.</summary>
    internal static byte[] Settled(byte[] value, ImmutableArray<ConnectionSettingValue> said)
    {
        byte[] settled = [.. value];
        foreach (ConnectionSetting setting in ConnectionSetting.All.Where(setting => (Declared(value) & Bit(setting)) != 0))
        {
            TrackingTable.Write(settled, new(setting, setting.Default), KernelTime.Hertz);
        }

        uint declared = 0;
        foreach (ConnectionSettingValue set in said)
        {
            TrackingTable.Write(settled, set, KernelTime.Hertz);
            declared |= Bit(set.Setting);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(settled.AsSpan(TrackingTable.Declared), declared);
        return settled;
    }

    /// <summary>Sets settings by hand while programs look at them, each at one moment.</summary>
    internal static void Set(BpfMap tracking, ImmutableArray<ConnectionSettingValue> values)
    {
        using MappedMemory memory = tracking.MapValues();
        uint declared = memory.ReadAcquire32(TrackingTable.Declared);
        foreach (ConnectionSettingValue set in values)
        {
            memory.WriteRelease32(TrackingTable.PlaceOf(set.Setting, out _), TrackingTable.Raw(set, KernelTime.Hertz));
            declared &= ~Bit(set.Setting);
        }

        memory.WriteRelease32(TrackingTable.Declared, declared);
    }

    /// <summary>Sets everything back to what it was in a copy.</summary>
    internal static void Restore(BpfMap tracking, byte[] before)
    {
        Set(tracking, Read(before));
        using MappedMemory memory = tracking.MapValues();
        memory.WriteRelease32(TrackingTable.Declared, Declared(before));
    }

    private static uint Declared(byte[] value) => BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(TrackingTable.Declared));

    private static uint Bit(ConnectionSetting setting) => 1u << setting.Number;
}
