namespace MiniFirewall.Asm;

/// <summary>
/// Something of the running kernel that an instruction names; it becomes a number when a spec becomes an object.
/// </summary>
public abstract record Reference
{
    /// <summary>Names of the kernel's types and functions that have to be found in its BTF.</summary>
    public virtual IEnumerable<string> KernelNames => [];
}

/// <summary>A map of the object's, as a pointer (BPF_PSEUDO_MAP_FD).</summary>
public sealed record MapReference(string Map) : Reference;

/// <summary>The address of a byte of the only element of an array map (BPF_PSEUDO_MAP_VALUE, kernel 5.2).</summary>
public sealed record MapValueReference(string Map, int Offset) : Reference;

/// <summary>A call of a kernel function (BPF_PSEUDO_KFUNC_CALL); the immediate becomes its BTF id.</summary>
public sealed record KernelFunctionReference(string Function) : Reference
{
    public override IEnumerable<string> KernelNames => [Function];
}

/// <summary>The byte offset of a member of one of the equal structs that an array member of a kernel struct has.</summary>
public sealed record KernelElementReference(string Struct, string Array, int Index, string ElementStruct, string Member) : Reference
{
    public override IEnumerable<string> KernelNames => [Struct, ElementStruct];
}

/// <summary>The BTF id of a kernel struct, as an immediate.</summary>
public sealed record KernelTypeReference(string Struct) : Reference
{
    public override IEnumerable<string> KernelNames => [Struct];
}

/// <summary>
/// The byte offset of a member of a kernel struct, anonymous unions and structs looked through. It becomes the
/// instruction's memory offset; the loader checks that the access's width equals the member's.
/// </summary>
public sealed record KernelMemberReference(string Struct, string Member) : Reference
{
    public override IEnumerable<string> KernelNames => [Struct];

    /// <summary>Bytes added to the member's offset; a part of an array member may then be read (the width is not checked).</summary>
    public int Plus { get; init; } = -1;
}

/// <summary>The byte offset that a load of so many bytes with this reference would have, as an immediate.</summary>
public sealed record KernelAccessReference(Reference Access, int Bytes) : Reference
{
    public override IEnumerable<string> KernelNames => Access.KernelNames;
}

/// <summary>The byte offset of a member of a kernel struct, as an immediate; of an array, that of its first element.</summary>
public sealed record KernelOffsetReference(string Struct, string Member) : Reference
{
    public override IEnumerable<string> KernelNames => [Struct];
}

/// <summary>The bits of a bitfield that lies within one byte, as an immediate: how far to shift them down, or their mask after that.</summary>
public sealed record KernelBitsReference(string Struct, string Member, bool IsMask) : Reference
{
    public override IEnumerable<string> KernelNames => [Struct];
}

/// <summary>The value of an enumerator of the kernel's, as an immediate.</summary>
public sealed record KernelEnumeratorReference(string Enum, string Enumerator) : Reference
{
    public override IEnumerable<string> KernelNames => [Enum];
}
