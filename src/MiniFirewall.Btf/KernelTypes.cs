namespace MiniFirewall.Btf;

/// <summary>
/// The running kernel's types, by name, from its BTF (/sys/kernel/btf/vmlinux, or a file of the same format).
/// A kernel has over a hundred thousand types and a program names twenty: parsing makes no strings and no table of names,
/// only landmarks; names are found by one walk over the types, so whoever needs many says so first (<see cref="Prepare"/>).
/// Thread-safe. Malformed bytes throw <see cref="BtfException"/>, at parsing or at a look-up.
/// </summary>
public sealed class KernelTypes
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Landmarks _landmarks;
    private readonly Dictionary<string, NamedTypes> _known = [];
    private readonly Lock _gate = new();

    private KernelTypes(ReadOnlyMemory<byte> bytes, Landmarks landmarks)
    {
        _bytes = bytes;
        _landmarks = landmarks;
    }

    /// <summary>Number of types, void not counted.</summary>
    public int Count => _landmarks.Count;

    /// <summary>Keeps <paramref name="bytes"/>: they must not change afterwards.</summary>
    public static KernelTypes Parse(ReadOnlyMemory<byte> bytes) => new(bytes, Landmarks.Of(BtfBlob.Open(bytes.Span)));

    /// <summary>Finds many names in one walk; a later look-up of one of them then costs nothing.</summary>
    public void Prepare(IEnumerable<string> names)
    {
        lock (_gate)
        {
            string[] unknown = [.. names.Where(name => name.Length > 0 && !_known.ContainsKey(name)).Distinct()];
            if (unknown.Length > 0)
            {
                new NameWalk(BtfBlob.Open(_bytes.Span), unknown).Run(_known);
            }
        }
    }

    /// <summary>The id of a struct.</summary>
    public int? FindStruct(string name) => Named(name).Struct;

    /// <summary>The id of a function (a kfunc's BTF id).</summary>
    public int? FindFunction(string name) => Named(name).Function;

    /// <summary>The id of the first struct, union, enum, typedef or basic type of this name.</summary>
    public int? FindTypeByName(string name) => Named(name).Any;

    /// <summary>
    /// A member of a struct or union, anonymous structs and unions looked through; "outer.inner" is a member of a member.
    /// </summary>
    public KernelMember? FindMember(string structName, string memberName)
    {
        NamedTypes named = Named(structName);
        return (named.Struct ?? named.Union) is int id
            ? new MemberSearch(_landmarks, BtfBlob.Open(_bytes.Span)).Run(id, memberName)
            : null;
    }

    /// <summary>The value of an enumerator of an enum of 32 bits.</summary>
    public int? FindEnumerator(string enumName, string enumerator) =>
        Named(enumName).Any is int id ? new EnumeratorSearch(_landmarks, BtfBlob.Open(_bytes.Span)).Run(id, enumerator) : null;

    private NamedTypes Named(string name)
    {
        Prepare([name]);
        lock (_gate)
        {
            return _known.GetValueOrDefault(name);
        }
    }
}
