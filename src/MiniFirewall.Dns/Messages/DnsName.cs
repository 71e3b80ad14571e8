using System.Text;

namespace MiniFirewall.Dns.Messages;

/// <summary>Domain names as text: lower case, no dot at the end, letters, digits, hyphens and underscores (RFC 1035, 2.3.1 and 3.1).</summary>
public static class DnsName
{
    /// <summary>Characters of the longest name.</summary>
    public const int Longest = 253;

    internal const int LongestLabel = 63;

    private const int PointerBits = 0xc0;

    /// <summary>The name in lower case without a dot at its end; false where it is none.</summary>
    public static bool TryNormalize(string text, out string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        name = (text.EndsWith('.') ? text[..^1] : text).ToLowerInvariant();
        return name.Length is > 0 and <= Longest && name.Split('.').All(IsLabel);
    }

    /// <summary>Whether a name is another one, or lies below it.</summary>
    public static bool IsBelow(string name, string domain)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(domain);
        return name == domain || (name.Length > domain.Length && name[^(domain.Length + 1)] == '.' && name.EndsWith(domain, StringComparison.Ordinal));
    }

    /// <summary>Appends a normalized name: labels, each behind its length, and an empty one.</summary>
    internal static void Write(List<byte> message, string name)
    {
        foreach (string label in name.Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }

        message.Add(0);
    }

    /// <summary>
    /// Reads a name, which may go on at an earlier place of the message; <paramref name="at"/> is behind it then. Bytes that no host's name
    /// has are read as '?', so that such a name is nobody's. False where the message is broken.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        var text = new StringBuilder();
        int place = at, limit = at;
        bool hasJumped = false;
        name = "";
        while (place < message.Length)
        {
            int length = message[place];
            if (length == 0)
            {
                at = hasJumped ? at : place + 1;
                name = text.ToString();
                return true;
            }

            if ((length & PointerBits) == PointerBits)
            {
                // Each pointer leads before the place where the part began that it ends: so there is no way around.
                int target = place + 1 < message.Length ? ((length & ~PointerBits) << 8) | message[place + 1] : message.Length;
                if (target >= limit)
                {
                    return false;
                }

                at = hasJumped ? at : place + 2;
                hasJumped = true;
                place = limit = target;
                continue;
            }

            if (length > LongestLabel || place + 1 + length > message.Length || text.Length + length > Longest)
            {
                return false;
            }

            text.Append(text.Length == 0 ? "" : ".").Append(Label(message.Slice(place + 1, length)));
            place += 1 + length;
        }

        return false;
    }

    private static string Label(ReadOnlySpan<byte> bytes)
    {
        Span<char> label = stackalloc char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            char c = char.ToLowerInvariant((char)bytes[i]);
            label[i] = IsInLabel(c) ? c : '?';
        }

        return label.ToString();
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= LongestLabel && label.All(IsInLabel);

    private static bool IsInLabel(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_';
}
