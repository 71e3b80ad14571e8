using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Asm.Keeping;
using Xunit;

namespace MiniFirewall.Tests.Asm;

/// <summary>Blueprints that were written are read as they were, whatever they hold.</summary>
public sealed class SpecCodecTests
{
    private static readonly ImmutableArray<Reference> References =
    [
        new MapReference("image"),
        new MapValueReference("state", 24),
        new KernelFunctionReference("bpf_dynptr_slice"),
        new KernelElementReference("net", "ct", 3, "netns_ct", "sysctl"),
        new KernelTypeReference("sk_buff"),
        new KernelMemberReference("sk_buff", "len") { Plus = 4 },
        new KernelAccessReference(new KernelMemberReference("net_device", "ifindex"), 4),
        new KernelOffsetReference("sock", "sk_socket"),
        new KernelBitsReference("sk_buff", "pkt_type", IsMask: true),
        new KernelEnumeratorReference("tcp_state", "TCP_LISTEN"),
    ];

    [Fact]
    public void Every_kind_of_reference_is_read_as_it_was()
    {
        Type[] kinds = [.. typeof(Reference).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Reference)))];
        Assert.Equal(kinds.ToHashSet(), References.Select(reference => reference.GetType()).ToHashSet());
        Assert.Equal(kinds.ToHashSet(), ReferenceCodec.Types.ToHashSet());
        Assert.Equal(References, References.Select(reference => Again(reference, ReferenceCodec.Write, ReferenceCodec.Read)));
    }

    [Fact]
    public void Every_part_of_a_map_is_read_as_it_was()
    {
        var spec = new MapSpec("counters", MapType.PerCpuArray, 4, 4096, 77) { Flags = 0x400, Extra = 1UL << 44, BeginsWithLock = true, BeginsWithTimer = true };
        AssertNothingIsAtItsDefault(spec);
        Assert.Equal(spec, Again(spec, SpecCodec.Write, SpecCodec.ReadMap));
    }

    [Fact]
    public void Every_part_of_a_program_is_read_as_it_was()
    {
        Instruction each = new() { Opcode = Instruction.LoadImmediate64Opcode, Destination = Register.R3, Source = 9, Offset = -7, Immediate = long.MinValue + 5, Reference = References[0], Origin = 1 };
        AssertNothingIsAtItsDefault(each);
        ImmutableArray<Instruction> instructions = [each, new() { Opcode = 0x95, Origin = -1 }, .. References.Select(reference => each with { Reference = reference })];
        ImmutableArray<PlacedFunction> functions =
        [
            new(new("main", IsGlobal: false, []), 0),
            new(new("find", IsGlobal: true, [new BytesParameter("key", 40), new ContextParameter("ctx", "bpf_nf_ctx"), new NumberParameter("at")]), 12),
        ];
        var spec = new ProgramSpec("minifw_in4", ProgramType.Netfilter, 45, new(instructions, functions), ["rules:1: -j DROP", "é"]) { Flags = 8 };
        AssertNothingIsAtItsDefault(spec);

        ProgramSpec read = Again(spec, SpecCodec.Write, SpecCodec.ReadProgram);
        Assert.Equal(instructions, read.Code.Instructions);
        Assert.Equal(Told(functions), Told(read.Code.Functions));
        Assert.Equal(spec.Origins, read.Origins);
        Assert.Equal(spec with { Code = read.Code, Origins = read.Origins }, read);
    }

    [Fact]
    public void Every_kind_of_parameter_can_be_written() => Assert.Equal(
        [typeof(BytesParameter), typeof(ContextParameter), typeof(NumberParameter)],
        typeof(Parameter).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Parameter))).OrderBy(type => type.Name, StringComparer.Ordinal));

    private static IEnumerable<string> Told(ImmutableArray<PlacedFunction> functions) =>
        functions.Select(placed => $"{placed.Slot} {placed.Function.Name} {placed.Function.IsGlobal} {string.Join(", ", placed.Function.Parameters)}");

    /// <summary>What a new property holds would not be seen to be lost where a sample has it at its default.</summary>
    private static void AssertNothingIsAtItsDefault<T>(T sample)
    {
        foreach (System.Reflection.PropertyInfo property in typeof(T).GetProperties().Where(property => property.CanWrite))
        {
            Type type = property.PropertyType;
            Assert.False(Equals(type.IsValueType ? Activator.CreateInstance(type) : null, property.GetValue(sample)), property.Name);
        }
    }

    private static T Again<T>(T value, Action<BinaryWriter, T> write, Func<BinaryReader, T> read)
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream);
        write(to, value);
        to.Flush();
        stream.Position = 0;
        using var from = new BinaryReader(stream);
        T again = read(from);
        Assert.Equal(stream.Length, stream.Position);
        return again;
    }
}
