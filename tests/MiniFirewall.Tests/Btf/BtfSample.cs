using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Tests.Btf;

/// <summary>A hand-assembled blob with every kind of type, for what the builder does not write.</summary>
internal sealed class BtfSample
{
    private readonly List<uint> _types = [];
    private readonly List<byte> _strings = [0];

    public uint Count { get; private set; }

    public uint Add(string name, uint kind, uint count, uint sizeOrType, params uint[] tail)
    {
        _types.AddRange([Name(name), (kind << 24) | count, sizeOrType, .. tail]);
        return ++Count;
    }

    /// <summary>The kind flag makes member offsets carry bitfield sizes.</summary>
    public uint AddFlagged(string name, uint kind, uint count, uint size, params uint[] tail) =>
        Add(name, kind | 0x80, count, size, tail);

    public uint Name(string name)
    {
        if (name.Length == 0)
        {
            return 0;
        }

        uint at = (uint)_strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(name));
        _strings.Add(0);
        return at;
    }

    public byte[] Build()
    {
        var blob = new byte[24 + (_types.Count * 4) + _strings.Count];
        uint[] header = [0x0001eb9f, 24, 0, (uint)_types.Count * 4, (uint)_types.Count * 4, (uint)_strings.Count];
        int at = 0;
        foreach (uint word in header.Concat(_types))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(at), word);
            at += 4;
        }

        _strings.CopyTo(blob, at);
        return blob;
    }

    /// <summary>One type of each kind, then structs over them.</summary>
    public static BtfSample WithEveryKind()
    {
        var sample = new BtfSample();
        uint u32 = sample.Add("unsigned int", 1, 0, 4, 32);
        uint pointer = sample.Add("", 2, 0, u32);
        uint array = sample.Add("", 3, 0, 0, u32, u32, 4);
        uint inner = sample.Add("", 4, 1, 4, sample.Name("deep"), u32, 0);
        uint union = sample.Add("", 5, 2, 8, sample.Name("wide"), pointer, 0, 0, inner, 32);
        sample.Add("color", 6, 1, 4, sample.Name("RED"), 0);
        sample.Add("later", 7, 0, 0);
        uint typedef = sample.Add("u32_t", 8, 0, u32);
        uint volatileType = sample.Add("", 9, 0, typedef);
        uint constType = sample.Add("", 10, 0, volatileType);
        uint restrict = sample.Add("", 11, 0, pointer);
        uint prototype = sample.Add("", 13, 2, u32, sample.Name("a"), u32, 0, 0);
        sample.Add("do_it", 12, 1, prototype);
        uint variable = sample.Add("counter", 14, 0, u32, 1);
        sample.Add(".data", 15, 1, 4, variable, 0, 4);
        uint real = sample.Add("double", 16, 0, 8);
        sample.Add("tag", 17, 0, inner, 0xffffffff);
        uint typeTag = sample.Add("user", 18, 0, u32);
        sample.Add("big", 19, 1, 8, sample.Name("HUGE"), 0, 1);
        uint matrix = sample.Add("", 3, 0, 0, array, u32, 3);
        sample.Add(
            "everything", 4, 8, 120,
            sample.Name("first"), constType, 0,
            0, union, 64,
            sample.Name("list"), array, 128,
            sample.Name("table"), matrix, 256,
            sample.Name("ratio"), real, 640,
            sample.Name("tagged"), typeTag, 704,
            sample.Name("where"), restrict, 768,
            sample.Name("flexible"), sample.Count + 2, 832);
        sample.Add("", 3, 0, 0, u32, u32, 0);
        sample.AddFlagged("flags", 4, 2, 4, sample.Name("low"), u32, 3u << 24, sample.Name("high"), u32, (7u << 24) | 13);
        return sample;
    }
}
