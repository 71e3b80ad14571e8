namespace MiniFirewall.Packets;

/// <summary>
/// Bytes that nobody can foresee. They come by way of GUIDs, whose random bits are the operating system's own in .NET 6 and newer: the
/// framework's cryptography would need OpenSSL's library, which a machine need not have.
/// </summary>
public static class RandomBytes
{
    // Bytes of a GUID that are random through and through; the others hold its version and variant (RFC 9562, 5.4).
    private static readonly int[] s_places = [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15];

    public static void Fill(Span<byte> bytes)
    {
        Span<byte> guid = stackalloc byte[16];
        for (int i = 0; i < bytes.Length; i++)
        {
            int place = i % s_places.Length;
            if (place == 0)
            {
                Guid.NewGuid().TryWriteBytes(guid);
            }

            bytes[i] = guid[s_places[place]];
        }
    }

    /// <summary>So many of them.</summary>
    public static byte[] Of(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }
}
