using System.Collections.Immutable;

namespace MiniFirewall.Asm.Keeping;

/// <summary>References as bytes: a kind's number in <see cref="Kinds"/>, then its parts.</summary>
public static class ReferenceCodec
{
    private static readonly ImmutableArray<Kind> Kinds =
    [
        Kind.Of<MapReference>((to, it) => to.Write(it.Map), from => new(from.ReadString())),
        Kind.Of<MapValueReference>(
            (to, it) =>
            {
                to.Write(it.Map);
                to.Write(it.Offset);
            },
            from => new(from.ReadString(), from.ReadInt32())),
        Kind.Of<KernelFunctionReference>((to, it) => to.Write(it.Function), from => new(from.ReadString())),
        Kind.Of<KernelElementReference>(
            (to, it) =>
            {
                to.Write(it.Struct);
                to.Write(it.Array);
                to.Write(it.Index);
                to.Write(it.ElementStruct);
                to.Write(it.Member);
            },
            from => new(from.ReadString(), from.ReadString(), from.ReadInt32(), from.ReadString(), from.ReadString())),
        Kind.Of<KernelTypeReference>((to, it) => to.Write(it.Struct), from => new(from.ReadString())),
        Kind.Of<KernelMemberReference>(
            (to, it) =>
            {
                to.Write(it.Struct);
                to.Write(it.Member);
                to.Write(it.Plus);
            },
            from => new(from.ReadString(), from.ReadString()) { Plus = from.ReadInt32() }),
        Kind.Of<KernelAccessReference>(
            (to, it) =>
            {
                Write(to, it.Access);
                to.Write(it.Bytes);
            },
            from => new(Read(from), from.ReadInt32())),
        Kind.Of<KernelOffsetReference>(
            (to, it) =>
            {
                to.Write(it.Struct);
                to.Write(it.Member);
            },
            from => new(from.ReadString(), from.ReadString())),
        Kind.Of<KernelBitsReference>(
            (to, it) =>
            {
                to.Write(it.Struct);
                to.Write(it.Member);
                to.Write(it.IsMask);
            },
            from => new(from.ReadString(), from.ReadString(), from.ReadBoolean())),
        Kind.Of<KernelEnumeratorReference>(
            (to, it) =>
            {
                to.Write(it.Enum);
                to.Write(it.Enumerator);
            },
            from => new(from.ReadString(), from.ReadString())),
    ];

    /// <summary>The kinds that can be written: all that there are.</summary>
    public static IEnumerable<Type> Types => Kinds.Select(kind => kind.Type);

    public static void Write(BinaryWriter to, Reference reference)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(reference);
        int number = 0;
        while (Kinds[number].Type != reference.GetType())
        {
            number++;
        }

        to.Write((byte)number);
        Kinds[number].Write(to, reference);
    }

    public static Reference Read(BinaryReader from)
    {
        ArgumentNullException.ThrowIfNull(from);
        return Kinds[from.ReadByte()].Read(from);
    }

    private sealed record Kind(Type Type, Action<BinaryWriter, Reference> Write, Func<BinaryReader, Reference> Read)
    {
        internal static Kind Of<T>(Action<BinaryWriter, T> write, Func<BinaryReader, T> read)
            where T : Reference => new(typeof(T), (to, reference) => write(to, (T)reference), read);
    }
}
