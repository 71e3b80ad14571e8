using System.Text;

namespace MiniFirewall.Btf;

/// <summary>
/// One walk over all types that finds those of certain names. Nearly every type is passed over by its name's first two
/// bytes (a one-letter name has two with its zero).
/// </summary>
internal readonly ref struct NameWalk
{
    private readonly BtfBlob _blob;
    private readonly string[] _names;
    private readonly byte[][] _bytes;
    private readonly ushort[] _keys;
    private readonly ulong[] _keySet = new ulong[0x10000 / 64];

    public NameWalk(BtfBlob blob, string[] names)
    {
        _blob = blob;
        _names = names;
        _bytes = [.. names.Select(Encoding.UTF8.GetBytes)];
        _keys = [.. _bytes.Select(name => Key(name[0], name.Length > 1 ? name[1] : (byte)0))];
        foreach (ushort key in _keys)
        {
            _keySet[key >> 6] |= 1UL << (key & 63);
        }
    }

    /// <summary>Adds every name, found or not.</summary>
    public void Run(Dictionary<string, NamedTypes> found)
    {
        foreach (string name in _names)
        {
            found.Add(name, default);
        }

        ReadOnlySpan<uint> types = _blob.Types;
        ReadOnlySpan<byte> strings = _blob.Strings;
        int id = 1;
        for (int at = 0; at <= types.Length - BtfTypeInfo.Words; id++)
        {
            int name = (int)types[at];
            var info = new BtfTypeInfo(types[at + 1]);
            if (name != 0)
            {
                // The offset of the last string's zero is a valid, empty name.
                if ((uint)name >= (uint)strings.Length - 1)
                {
                    throw new BtfException($"BTF type {id} has its name at {(uint)name}, beyond the {strings.Length} bytes of strings");
                }

                ushort key = Key(strings[name], strings[name + 1]);
                if ((_keySet[key >> 6] & (1UL << (key & 63))) != 0)
                {
                    Compare(found, key, (uint)name, info.Kind, id);
                }
            }

            at += info.TotalWords;
        }
    }

    private static ushort Key(byte first, byte second) => (ushort)(first | (second << 8));

    private void Compare(Dictionary<string, NamedTypes> found, ushort key, uint nameOffset, BtfKind kind, int id)
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] == key && _blob.NameIs(nameOffset, _bytes[i]))
            {
                found[_names[i]] = found[_names[i]].With(kind, id);
            }
        }
    }
}
