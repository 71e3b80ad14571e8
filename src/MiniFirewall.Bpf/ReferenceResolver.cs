using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Btf;

namespace MiniFirewall.Bpf;

/// <summary>Turns what a program's instructions name of the running kernel into numbers.</summary>
internal sealed class ReferenceResolver(KernelTypes types, IReadOnlyDictionary<string, BpfMap> maps)
{
    private readonly Dictionary<KernelMemberReference, KernelMember> _members = [];

    public Instruction[] Resolve(ImmutableArray<Instruction> instructions)
    {
        types.Prepare(instructions.SelectMany(i => i.Reference?.KernelNames ?? []));
        var resolved = new Instruction[instructions.Length];
        for (int i = 0; i < resolved.Length; i++)
        {
            resolved[i] = instructions[i].Reference is null ? instructions[i] : Resolve(instructions[i]);
        }

        return resolved;
    }

    private Instruction Resolve(Instruction instruction) => instruction.Reference switch
    {
        MapReference map => instruction with { Immediate = Map(map.Map).Descriptor.Number },
        MapValueReference value => instruction with { Immediate = ((long)value.Offset << 32) | (uint)Map(value.Map).Descriptor.Number },
        KernelFunctionReference function => instruction with { Immediate = Function(function.Function) },
        KernelElementReference element => instruction with { Offset = ElementOffset(element) },
        KernelTypeReference type => instruction with { Immediate = Struct(type.Struct) },
        KernelMemberReference member => instruction with { Offset = MemberOffset(member, AccessWidth(instruction)) },
        KernelOffsetReference member => instruction with { Immediate = Member(new(member.Struct, member.Member)).Offset },
        KernelBitsReference bits => instruction with { Immediate = Bits(bits) },
        KernelEnumeratorReference value => instruction with { Immediate = Enumerator(value) },
        KernelAccessReference { Access: KernelMemberReference member } access => instruction with { Immediate = MemberOffset(member, access.Bytes) },
        KernelAccessReference { Access: KernelElementReference element } => instruction with { Immediate = ElementOffset(element) },
        _ => throw new InvalidOperationException($"a reference of the unknown kind {instruction.Reference?.GetType().Name}"),
    };

    private BpfMap Map(string name) =>
        maps.TryGetValue(name, out BpfMap? map) ? map : throw new ArgumentException($"the program names map {name}, which is not given");

    private int Function(string name) =>
        types.FindFunction(name) ?? throw new MissingFeatureException($"this kernel has no function {name} for BPF programs");

    private short ElementOffset(KernelElementReference reference)
    {
        KernelMember array = Member(new KernelMemberReference(reference.Struct, reference.Array));
        KernelMember member = Member(new KernelMemberReference(reference.ElementStruct, reference.Member));
        return checked((short)(array.Offset + (array.ElementSize * reference.Index) + member.Offset));
    }

    private int Struct(string name) =>
        types.FindStruct(name) ?? throw new MissingFeatureException($"this kernel has no struct {name} in its BTF");

    private int Enumerator(KernelEnumeratorReference value) => types.FindEnumerator(value.Enum, value.Enumerator)
        ?? throw new MissingFeatureException($"this kernel has no {value.Enumerator} of enum {value.Enum} in its BTF");

    private int Bits(KernelBitsReference reference)
    {
        KernelMember member = Member(new(reference.Struct, reference.Member));
        if (!member.IsBitfield || member.Size != 1)
        {
            throw new InvalidOperationException($"{reference.Struct}.{reference.Member} is no bitfield within one byte in this kernel");
        }

        return reference.IsMask ? (1 << member.BitSize) - 1 : member.BitOffset % 8;
    }

    private short MemberOffset(KernelMemberReference reference, int width)
    {
        KernelMember member = Member(reference);
        int plus = Math.Max(reference.Plus, 0);
        bool fits = reference.Plus < 0 ? !member.IsBitfield && member.Size == width : plus + width <= member.Size;
        if (!fits)
        {
            throw new InvalidOperationException(
                $"{reference.Struct}.{reference.Member} has {(member.IsBitfield ? $"{member.BitSize} bits" : $"{member.Size} bytes")} in this kernel; {width} bytes at {plus} are read");
        }

        return checked((short)(member.Offset + plus));
    }

    private KernelMember Member(KernelMemberReference reference)
    {
        KernelMemberReference key = reference with { Plus = -1 };
        if (!_members.TryGetValue(key, out KernelMember member))
        {
            member = types.FindMember(reference.Struct, reference.Member)
                ?? throw new MissingFeatureException($"this kernel has no {reference.Struct}.{reference.Member} in its BTF");
            _members.Add(key, member);
        }

        return member;
    }

    private static int AccessWidth(Instruction instruction) => (MemorySize)(instruction.Opcode & 0x18) switch
    {
        MemorySize.Byte => 1,
        MemorySize.Half => 2,
        MemorySize.Word => 4,
        _ => 8,
    };
}
