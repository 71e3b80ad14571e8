namespace MiniFirewall.Btf;

/// <summary>Kinds of a BTF type (include/uapi/linux/btf.h, BTF_KIND_*).</summary>
internal enum BtfKind : byte
{
    Void = 0, Int = 1, Pointer = 2, Array = 3, Struct = 4, Union = 5, Enum = 6, Forward = 7, Typedef = 8, Volatile = 9,
    Const = 10, Restrict = 11, Function = 12, FunctionPrototype = 13, Variable = 14, DataSection = 15, Float = 16,
    DeclarationTag = 17, TypeTag = 18, Enum64 = 19,
}

internal static class BtfKindExtensions
{
    /// <summary>Whether the type only renames or qualifies another, so that its size is the other's.</summary>
    public static bool IsTransparent(this BtfKind kind) => kind
        is BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag;
}
