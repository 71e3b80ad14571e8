using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>An option that a header of options begins with.</summary>
/// <param name="Length">Bytes of its data; null for any length. Type 0, a single byte of padding, has none.</param>
public readonly record struct HeaderOption(byte Type, byte? Length);

/// <summary>
/// The packet has an IPv6 header of hop-by-hop or destination options, all of it is there, and it is so
/// (net/ipv6/netfilter/ip6t_hbh.c, hbh_mt6).
/// </summary>
/// <param name="Header">0 or 60.</param>
/// <param name="Length">The header's length in bytes; null where not asked.</param>
/// <param name="Options">The options that it begins with, in this order; empty where not asked. The last one's data may reach beyond the header.</param>
public sealed record OptionsHeader(byte Header, NumberTest? Length, ImmutableArray<HeaderOption> Options) : Question
{
    public override bool Ask(Packet packet)
    {
        var search = HeaderSearch.For(Header, packet.Bytes);
        if (search.End != HeaderSearchEnd.Found)
        {
            return false;
        }

        ReadOnlySpan<byte> header = packet.Bytes[search.Offset..];
        int length = (header[1] + 1) * 8;
        return header.Length >= length && (Length?.Holds((uint)length) ?? true) && BeginsWithOptions(header[2..length]);
    }

    public bool Equals(OptionsHeader? other) => other is not null && Header == other.Header && Length == other.Length
        && Options.AsSpan().SequenceEqual(other.Options.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Header, Length, Options.Length);

    public override string ToString() => $"OptionsHeader {Header} {Length} {string.Join(',', Options)}";

    private bool BeginsWithOptions(ReadOnlySpan<byte> area)
    {
        for (int i = 0; i < Options.Length; i++)
        {
            if (area.IsEmpty || area[0] != Options[i].Type)
            {
                return false;
            }

            int size = 1;
            if (area[0] != 0)
            {
                if (area.Length < 2 || (Options[i].Length is { } length && length != area[1]))
                {
                    return false;
                }

                size = area[1] + 2;
            }

            if (size > area.Length)
            {
                return i == Options.Length - 1;
            }

            area = area[size..];
        }

        return true;
    }
}
