using System.Buffers.Binary;

namespace MiniFirewall.Sys.Netlink;

/// <summary>Attributes of a netlink message, one after the other; ends at the first that is cut.</summary>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private const int Header = 4;
    private const ushort TypeMask = 0x3fff;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The attribute's number, without the flags that stand beside it.</summary>
    public int Type { get; private set; }

    public ReadOnlySpan<byte> Data { get; private set; }

    public bool Next()
    {
        if (_rest.Length < Header)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < Header || length > _rest.Length)
        {
            return false;
        }

        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & TypeMask;
        Data = _rest[Header..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }

    /// <summary>The data of the first attribute of a type; empty where there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> bytes, int type)
    {
        var attributes = new NetlinkAttributes(bytes);
        while (attributes.Next())
        {
            if (attributes.Type == type)
            {
                return attributes.Data;
            }
        }

        return default;
    }
}
