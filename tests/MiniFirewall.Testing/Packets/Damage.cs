using System.Buffers.Binary;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>What can be wrong with a packet after it was made.</summary>
internal enum DamageKind
{
    None,

    /// <summary>Cut, and the network header tells so.</summary>
    CutHonestly,

    /// <summary>Cut, and the network header tells the old length.</summary>
    Cut,

    /// <summary>The network header tells any length.</summary>
    FalseLength,

    /// <summary>One byte is another.</summary>
    OtherByte,
}

/// <summary>One thing wrong with a packet; <paramref name="Where"/> and <paramref name="What"/> are drawn once for all kinds.</summary>
internal readonly record struct Damage(DamageKind Kind, uint Where, ushort What)
{
    /// <summary>A packet that travels can only be cut by one who tells.</summary>
    internal static Gen<Damage> Gen(bool realizable)
    {
        Gen<DamageKind> kind = realizable
            ? CsCheck.Gen.Frequency((4, CsCheck.Gen.Const(DamageKind.None)), (1, CsCheck.Gen.Const(DamageKind.CutHonestly)))
            : CsCheck.Gen.Frequency(
                (10, CsCheck.Gen.Const(DamageKind.None)),
                (2, CsCheck.Gen.Const(DamageKind.CutHonestly)),
                (2, CsCheck.Gen.Const(DamageKind.Cut)),
                (1, CsCheck.Gen.Const(DamageKind.FalseLength)),
                (1, CsCheck.Gen.Const(DamageKind.OtherByte)));
        return CsCheck.Gen.Select(kind, CsCheck.Gen.UInt, CsCheck.Gen.UShort, (k, where, what) => new Damage(k, where, what));
    }

    /// <param name="keep">Bytes at the front that a cut spares.</param>
    internal byte[] Apply(Family family, byte[] bytes, int keep)
    {
        int at = keep + (int)(Where % (uint)(bytes.Length - keep + 1));
        switch (Kind)
        {
            case DamageKind.CutHonestly:
                return WithLength(family, bytes[..at], at);
            case DamageKind.Cut:
                return bytes[..at];
            case DamageKind.FalseLength:
                return WithLength(family, bytes, What);
            case DamageKind.OtherByte:
                return WithByte(bytes, Where, (byte)What);
            default:
                return bytes;
        }
    }

    /// <summary>The first byte keeps its upper half, the version.</summary>
    private static byte[] WithByte(byte[] bytes, uint where, byte what)
    {
        byte[] changed = [.. bytes];
        int at = (int)(where % (uint)bytes.Length);
        changed[at] = at == 0 ? (byte)((bytes[0] & 0xf0) | (what & 0x0f)) : what;
        return changed;
    }

    private static byte[] WithLength(Family family, byte[] bytes, int length)
    {
        byte[] changed = [.. bytes];
        if (family == Family.IPv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(4), (ushort)Math.Max(length - 40, 0));
            return changed;
        }

        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(2), (ushort)length);
        changed.AsSpan(10, 2).Clear();
        int header = Math.Clamp((changed[0] & 0x0f) * 4, 20, changed.Length);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(10), InternetChecksum.Of(changed.AsSpan(0, header)));
        return changed;
    }
}
