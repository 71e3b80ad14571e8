using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Netlink;

/// <summary>Goes through attributes one by one. What is cut or badly written ends the walk.</summary>
public ref struct AttributeReader(ReadOnlySpan<byte> attributes)
{
    private const int HeaderLength = 4;

    // NLA_F_NESTED and NLA_F_NET_BYTEORDER stand in the type's two highest bits.
    private const ushort TypeMask = 0x3fff;

    private ReadOnlySpan<byte> _left = attributes;

    /// <summary>The attribute's number, without flags.</summary>
    public ushort Type { get; private set; }

    /// <summary>Its value; of a nested one, its attributes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>32 bits in network order; 0 where the value is shorter.</summary>
    public readonly uint BigEndian => Value.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;

    /// <summary>32 bits in the machine's order; 0 where the value is shorter.</summary>
    public readonly uint Number => Value.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Value) : 0;

    /// <summary>64 bits in the machine's order; 0 where the value is shorter.</summary>
    public readonly ulong LongNumber => Value.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(Value) : 0;

    /// <summary>Text up to the first zero.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Value.IndexOf((byte)0) is var end and >= 0 ? Value[..end] : Value);

    /// <summary>The attributes of a nested one.</summary>
    public readonly AttributeReader Nested => new(Value);

    /// <summary>Goes on to the next; false behind the last.</summary>
    public bool Next()
    {
        if (_left.Length < HeaderLength || BinaryPrimitives.ReadUInt16LittleEndian(_left) is var length && (length < HeaderLength || length > _left.Length))
        {
            return false;
        }

        Type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(_left[2..]) & TypeMask);
        Value = _left[HeaderLength..length];
        _left = _left[Math.Min((length + 3) & ~3, _left.Length)..];
        return true;
    }
}
