using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MiniFirewall.Packets.Building;

/// <summary>An IPv6 extension header.</summary>
public abstract record IPv6Extension
{
    public abstract byte Number { get; }

    /// <summary>Where a routing header still has hops to go: the last of them; else null.</summary>
    public virtual UInt128? FinalDestination => null;

    public abstract byte[] ToBytes(byte nextHeader);
}

/// <summary>Hop-by-hop (0) or destination (60) options, filled with what every receiver skips (RFC 8200 sections 4.2 to 4.6).</summary>
/// <param name="ExtraUnits">Length beyond the first 8 bytes, in 8-byte units, 0 to 255.</param>
public sealed record OptionsExtension(byte Kind, int ExtraUnits = 0) : IPv6Extension
{
    // RFC 8200 section 4.2 and RFC 4727 section 3.3.
    private const byte PadN = 1, ExperimentalSkipped = 0x1e;

    public override byte Number => Kind;

    public static OptionsExtension HopByHop { get; } = new(0);

    public static OptionsExtension Destination { get; } = new(60);

    public override byte[] ToBytes(byte nextHeader)
    {
        byte[] bytes = new byte[8 + ExtraUnits * 8];
        bytes[0] = nextHeader;
        bytes[1] = (byte)ExtraUnits;
        Fill(bytes.AsSpan(2));
        return bytes;
    }

    /// <summary>Linux refuses more than 7 bytes of padding (net/ipv6/exthdrs.c ip6_parse_tlv), so longer headers carry experimental options.</summary>
    private static void Fill(Span<byte> area)
    {
        byte kind = area.Length > 7 ? ExperimentalSkipped : PadN;
        while (area.Length > 1)
        {
            int length = Math.Min(area.Length, 257);
            area[0] = kind;
            area[1] = (byte)(length - 2);
            area = area[length..];
        }
    }
}

/// <summary>A routing header (RFC 8200 section 4.4).</summary>
public sealed record RoutingExtension(byte Type, byte SegmentsLeft, ImmutableArray<UInt128> Addresses) : IPv6Extension
{
    public override byte Number => 43;

    public override UInt128? FinalDestination => SegmentsLeft > 0 && !Addresses.IsEmpty ? Addresses[^1] : null;

    public override byte[] ToBytes(byte nextHeader)
    {
        byte[] bytes = new byte[8 + Addresses.Length * 16];
        bytes[0] = nextHeader;
        bytes[1] = (byte)(Addresses.Length * 2);
        bytes[2] = Type;
        bytes[3] = SegmentsLeft;
        for (int i = 0; i < Addresses.Length; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(8 + i * 16), Addresses[i]);
        }

        return bytes;
    }
}

/// <summary>A fragment header (RFC 8200 section 4.5).</summary>
/// <param name="Offset">In 8-byte units, 0 to 8191.</param>
public sealed record FragmentExtension(int Offset, bool More, uint Identification) : IPv6Extension
{
    public override byte Number => 44;

    public override byte[] ToBytes(byte nextHeader)
    {
        byte[] bytes = new byte[8];
        bytes[0] = nextHeader;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)((Offset << 3) | (More ? 1 : 0)));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Identification);
        return bytes;
    }
}

/// <summary>An authentication header (RFC 4302) with a check value of zeros.</summary>
/// <param name="CheckValueWords">Length of the check value in 32-bit words; odd in IPv6, so that 8-byte units are filled.</param>
public sealed record AuthenticationExtension(int CheckValueWords = 3) : IPv6Extension
{
    public override byte Number => IpProtocol.Authentication;

    public override byte[] ToBytes(byte nextHeader)
    {
        byte[] bytes = new byte[12 + CheckValueWords * 4];
        bytes[0] = nextHeader;
        bytes[1] = (byte)(CheckValueWords + 1);
        return bytes;
    }
}
