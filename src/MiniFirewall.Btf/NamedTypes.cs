namespace MiniFirewall.Btf;

/// <summary>The first type of each kind that has a certain name.</summary>
internal readonly record struct NamedTypes(int? Struct, int? Union, int? Function, int? Any)
{
    /// <summary>Types come in the order of their ids.</summary>
    public NamedTypes With(BtfKind kind, int id) => kind switch
    {
        BtfKind.Struct => this with { Struct = Struct ?? id, Any = Any ?? id },
        BtfKind.Union => this with { Union = Union ?? id, Any = Any ?? id },
        BtfKind.Function => this with { Function = Function ?? id },
        BtfKind.Int or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Typedef or BtfKind.Float => this with { Any = Any ?? id },
        _ => this,
    };
}
