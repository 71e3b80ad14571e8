using System.Buffers.Binary;

namespace MiniFirewall.Analysis.Connections;

/// <summary>The options of a TCP segment that say something of windows (RFC 7323, RFC 2018), read as the kernel does: the first broken one ends them.</summary>
internal readonly ref struct TcpOptions(ReadOnlySpan<byte> options)
{
    private const byte End = 0, Nothing = 1, WindowScale = 3, SackPermitted = 4, Sack = 5;
    private const int LargestScale = 14, SackHead = 2, SackBlock = 8;

    private readonly ReadOnlySpan<byte> _options = options;

    /// <param name="segment">From the transport header on.</param>
    internal static TcpOptions Of(ReadOnlySpan<byte> segment, int headerSize) => new(segment[TcpSegment.LeastHeaderSize..headerSize]);

    internal bool AreNone => _options.IsEmpty;

    /// <summary>What a SYN offers.</summary>
    internal (int? Scale, bool PermitsSack) Offers()
    {
        int? scale = null;
        bool permits = false;
        for (ReadOnlySpan<byte> left = _options; TryTake(ref left, out ReadOnlySpan<byte> option);)
        {
            permits |= option is [SackPermitted, 2];
            scale = option is [WindowScale, 3, var shift] ? Math.Min((int)shift, LargestScale) : scale;
        }

        return (scale, permits);
    }

    /// <summary>The highest of an acknowledgement and the right edges of the first option with blocks behind it.</summary>
    internal uint Highest(uint acknowledgement)
    {
        for (ReadOnlySpan<byte> left = _options; TryTake(ref left, out ReadOnlySpan<byte> option);)
        {
            if (option[0] != Sack || option.Length < SackHead + SackBlock || (option.Length - SackHead) % SackBlock != 0)
            {
                continue;
            }

            for (int block = SackHead; block < option.Length; block += SackBlock)
            {
                uint right = BinaryPrimitives.ReadUInt32BigEndian(option[(block + 4)..]);
                acknowledgement = TcpSide.IsAfter(right, acknowledgement) ? right : acknowledgement;
            }

            break;
        }

        return acknowledgement;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> left, out ReadOnlySpan<byte> option)
    {
        while (left is [Nothing, ..])
        {
            left = left[1..];
        }

        option = default;
        if (left.Length < 2 || left[0] == End || left[1] < 2 || left[1] > left.Length)
        {
            return false;
        }

        option = left[..left[1]];
        left = left[left[1]..];
        return true;
    }
}
