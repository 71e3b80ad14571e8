using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Btf;

/// <summary>
/// Writes a BTF blob of our own, for BPF_BTF_LOAD (Documentation/bpf/btf.rst). Each method adds one type and returns its id.
/// Deterministic: the same calls give the same bytes. Not thread-safe.
/// </summary>
public sealed class BtfBuilder
{
    private const uint NoName = 0;

    private readonly List<byte> _types = [];
    private readonly List<byte> _strings = [0];
    private readonly Dictionary<string, uint> _stringOffsets = [];
    private int _count;

    /// <summary>An unsigned integer of <paramref name="size"/> bytes (1, 2, 4, 8).</summary>
    public int AddUnsigned(string name, int size)
    {
        int id = AddType(name, BtfKind.Int, 0, (uint)size);
        Word((uint)size * 8);
        return id;
    }

    /// <summary>A pointer; to nothing in particular (void) for id 0.</summary>
    public int AddPointer(int target) => AddType(NoName, BtfKind.Pointer, 0, (uint)target);

    /// <param name="index">An integer type's id, for the index.</param>
    public int AddArray(int element, int index, int count)
    {
        int id = AddType(NoName, BtfKind.Array, 0, 0);
        Word((uint)element);
        Word((uint)index);
        Word((uint)count);
        return id;
    }

    /// <summary>A struct of no members that anybody may see into; only its name and size count.</summary>
    public int AddOpaqueStruct(string name, int size) => AddType(name, BtfKind.Struct, 0, (uint)size);

    /// <summary>A struct of one member at its start.</summary>
    public int AddStruct(string name, int size, string member, int memberType)
    {
        int id = AddType(name, BtfKind.Struct, 1, (uint)size);
        Word(StringOffset(member));
        Word((uint)memberType);
        Word(0);
        return id;
    }

    public int AddFunctionPrototype(int result, IReadOnlyList<(string Name, int Type)> parameters)
    {
        int id = AddType(NoName, BtfKind.FunctionPrototype, parameters.Count, (uint)result);
        foreach ((string name, int type) in parameters)
        {
            Word(StringOffset(name));
            Word((uint)type);
        }

        return id;
    }

    /// <param name="isGlobal">Linkage: global functions are verified by themselves.</param>
    public int AddFunction(string name, int prototype, bool isGlobal) =>
        AddType(name, BtfKind.Function, isGlobal ? 1 : 0, (uint)prototype);

    public byte[] Build()
    {
        var blob = new byte[BtfBlob.HeaderLength + _types.Count + _strings.Count];
        Span<byte> header = blob;
        BinaryPrimitives.WriteUInt16LittleEndian(header, BtfBlob.Magic);
        header[2] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], BtfBlob.HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], _types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], _types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], _strings.Count);
        _types.CopyTo(blob, BtfBlob.HeaderLength);
        _strings.CopyTo(blob, BtfBlob.HeaderLength + _types.Count);
        return blob;
    }

    private int AddType(string name, BtfKind kind, int count, uint sizeOrType) => AddType(StringOffset(name), kind, count, sizeOrType);

    private int AddType(uint nameOffset, BtfKind kind, int count, uint sizeOrType)
    {
        Word(nameOffset);
        Word(((uint)kind << 24) | (uint)count);
        Word(sizeOrType);
        return ++_count;
    }

    private void Word(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _types.AddRange(bytes);
    }

    private uint StringOffset(string name)
    {
        RequireIdentifier(name);
        if (!_stringOffsets.TryGetValue(name, out uint offset))
        {
            offset = (uint)_strings.Count;
            _stringOffsets.Add(name, offset);
            _strings.AddRange(Encoding.ASCII.GetBytes(name));
            _strings.Add(0);
        }

        return offset;
    }

    /// <summary>The kernel refuses other names with no more than EINVAL.</summary>
    private static void RequireIdentifier(string name)
    {
        bool valid = name.Length is > 0 and < 128 && !char.IsAsciiDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
        if (!valid)
        {
            throw new ArgumentException($"\"{name}\" is no BTF name: 1 to 127 characters of [A-Za-z0-9_.], no digit first", nameof(name));
        }
    }
}
