using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class MapTests
{
    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.LruHash)]
    public void Hash_elements_come_and_go(MapType type)
    {
        using var map = BpfMap.Create(new("hash", type, 4, 8, 16));
        byte[] value = new byte[8];
        Assert.False(map.TryLookup([1, 0, 0, 0], value));
        map.Update([1, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8], MapUpdate.OnlyNew);
        Assert.True(map.TryLookup([1, 0, 0, 0], value));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], value);
        Assert.Equal(17, Assert.Throws<SystemCallException>(() => map.Update([1, 0, 0, 0], value, MapUpdate.OnlyNew)).Errno);
        Assert.Throws<SystemCallException>(() => map.Update([2, 0, 0, 0], value, MapUpdate.OnlyExisting));
        Assert.True(map.Delete([1, 0, 0, 0]));
        Assert.False(map.Delete([1, 0, 0, 0]));
    }

    [Fact]
    public void A_prefix_tree_finds_the_longest_prefix()
    {
        using var map = BpfMap.Create(new("tree", MapType.LpmTrie, 8, 4, 16) { Flags = 1 });
        map.UpdateAll([8, 0, 0, 0, 10, 0, 0, 0, 16, 0, 0, 0, 10, 1, 0, 0], [1, 0, 0, 0, 2, 0, 0, 0]);
        byte[] value = new byte[4];
        Assert.True(map.TryLookup([32, 0, 0, 0, 10, 1, 2, 3], value));
        Assert.Equal(2, value[0]);
        Assert.True(map.TryLookup([32, 0, 0, 0, 10, 2, 2, 3], value));
        Assert.Equal(1, value[0]);
        Assert.False(map.TryLookup([32, 0, 0, 0, 11, 2, 2, 3], value));
    }

    [Fact]
    public void A_per_cpu_element_has_a_value_for_every_possible_cpu()
    {
        using var map = BpfMap.Create(new("percpu", MapType.PerCpuArray, 4, 12, 4));
        Assert.Equal(16, map.CpuStride);
        Assert.Equal(16 * PossibleCpus.Count, map.ElementSize);
        byte[] value = [.. Enumerable.Range(0, map.ElementSize).Select(i => (byte)(i % 16 < 12 ? i + 1 : 0))];
        map.Update([2, 0, 0, 0], value);
        byte[] back = new byte[map.ElementSize];
        Assert.True(map.TryLookup([2, 0, 0, 0], back));
        Assert.Equal(value, back);
    }

    [Theory]
    [InlineData("0\n", 1)]
    [InlineData("0-3\n", 4)]
    [InlineData("0,2-7\n", 8)]
    [InlineData("0-1,128\n", 129)]
    public void Possible_cpus_are_counted_to_the_highest(string list, int count) => Assert.Equal(count, PossibleCpus.Parse(list));

    [Theory]
    [InlineData(MapType.Array)]
    [InlineData(MapType.PerCpuArray)]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PerCpuHash)]
    public void Many_elements_are_written_and_read_at_once(MapType type)
    {
        const int Count = 1000;
        using var map = BpfMap.Create(new("many", type, 4, 8, Count));
        byte[] keys = new byte[Count * 4];
        byte[] values = new byte[Count * map.ElementSize];
        for (int i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(keys.AsSpan(i * 4), i);
            BinaryPrimitives.WriteInt64LittleEndian(values.AsSpan(i * map.ElementSize), i * 3);
        }

        map.UpdateAll(keys, values);
        byte[] value = new byte[map.ElementSize];
        for (int i = 0; i < Count; i++)
        {
            Assert.True(map.TryLookup(keys.AsSpan(i * 4, 4), value));
            Assert.Equal(i * 3, BinaryPrimitives.ReadInt64LittleEndian(value));
        }
    }

    [Fact]
    public void Words_of_a_per_cpu_array_are_summed_over_all_cpus()
    {
        using var map = BpfMap.Create(new("sums", MapType.PerCpuArray, 4, 24, 3));
        byte[] value = new byte[map.ElementSize];
        for (int cpu = 0; cpu < PossibleCpus.Count; cpu++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan((cpu * map.CpuStride) + 8), 1000 + cpu);
            BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan((cpu * map.CpuStride) + 16), -1);
        }

        map.Update([2, 0, 0, 0], value);
        var sums = new PerCpuSums(map);
        Assert.Equal(0UL, sums[2, 0]);
        Assert.Equal((ulong)Enumerable.Range(1000, PossibleCpus.Count).Sum(), sums[2, 1]);
        Assert.Equal(unchecked(0 - (ulong)PossibleCpus.Count), sums[2, 2]);
        Assert.Equal(0UL, sums[1, 1]);
    }

    [Fact]
    public void Only_per_cpu_arrays_of_whole_words_have_sums()
    {
        using BpfMap array = BpfMap.Create(new("plain", MapType.Array, 4, 8, 1)), odd = BpfMap.Create(new("odd", MapType.PerCpuArray, 4, 12, 1));
        Assert.Throws<ArgumentException>(() => new PerCpuSums(array));
        Assert.Throws<ArgumentException>(() => new PerCpuSums(odd));
    }

    [Fact]
    public void Program_arrays_take_updates_one_by_one()
    {
        using var slots = BpfMap.Create(new("slots", MapType.ProgramArray, 4, 4, 4));
        using BpfProgram program = Programs.Constant(1).Load();
        slots.SetProgram(3, program);
        byte[] id = new byte[4];
        Assert.True(slots.TryLookup([3, 0, 0, 0], id));
        Assert.Equal(program.Info().Id, BinaryPrimitives.ReadUInt32LittleEndian(id));
        Assert.True(slots.Delete([3, 0, 0, 0]));
        Assert.False(slots.TryLookup([3, 0, 0, 0], id));
    }

    [Fact]
    public void Spans_of_the_wrong_length_never_reach_the_kernel()
    {
        using var map = BpfMap.Create(new("sizes", MapType.PerCpuArray, 4, 8, 4));
        Assert.Throws<ArgumentException>(() => map.TryLookup(new byte[3], new byte[map.ElementSize]));
        Assert.Throws<ArgumentException>(() => map.TryLookup(new byte[4], new byte[map.ElementSize - 1]));
        Assert.Throws<ArgumentException>(() => map.Update(new byte[4], new byte[map.ElementSize + 8]));
        Assert.Throws<ArgumentException>(() => map.Delete(new byte[5]));
        Assert.Throws<ArgumentException>(() => map.TryNextKey(new byte[4], new byte[5]));
        Assert.Throws<ArgumentException>(() => map.UpdateAll(new byte[8], new byte[map.ElementSize]));
    }

    [Fact]
    public void A_frozen_map_refuses_and_says_why()
    {
        using var map = BpfMap.Create(new("frozen", MapType.Array, 4, 8, 1));
        map.Freeze();
        SystemCallException refusal = Assert.Throws<SystemCallException>(() => map.Update(new byte[4], new byte[8]));
        Assert.Contains("BPF_MAP_UPDATE_ELEM) frozen", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("frozen or was opened read-only", refusal.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sixteen_letters_")]
    [InlineData("two words")]
    public void A_name_that_the_kernel_refuses_is_refused_here(string name) =>
        Assert.Throws<ArgumentException>(() => BpfMap.Create(new(name, MapType.Array, 4, 8, 1)));

    [Fact]
    public void A_pinned_map_is_the_same_map()
    {
        using var files = new BpfFileSystem();
        Assert.Null(BpfMap.TryOpen(files["map"]));
        using (var map = BpfMap.Create(new("pinned", MapType.PerCpuHash, 4, 8, 7)))
        {
            map.Pin(files["map"]);
            Assert.Contains("already", Assert.Throws<SystemCallException>(() => map.Pin(files["map"])).Hint, StringComparison.Ordinal);
            Assert.Contains("bpf file system", Assert.Throws<SystemCallException>(() => map.Pin("/tmp/pinned")).Hint, StringComparison.Ordinal);
        }

        using (BpfMap again = BpfMap.TryOpen(files["map"])!)
        {
            Assert.Equal(("pinned", MapType.PerCpuHash, 4, 8, 7), (again.Name, again.Type, again.KeySize, again.ValueSize, again.MaxEntries));
        }

        BpfPin.Remove(files["map"]);
        BpfPin.Remove(files["map"]);
        Assert.Null(BpfMap.TryOpen(files["map"]));
    }

    [Fact]
    public void A_program_holds_a_map_that_is_bound_to_it()
    {
        using BpfProgram program = Programs.Constant(1).Load();
        uint id;
        using (var map = BpfMap.Create(new("bound", MapType.Array, 4, 8, 1)))
        {
            program.BindMap(map);
            id = map.Info().Id;
        }

        Assert.Contains(id, program.Info().MapIds);
        Assert.Equal(1u, program.TestRun(Family.IPv4, Hook.LocalIn, new byte[20]).Result);
    }
}
