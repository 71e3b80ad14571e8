using System.Text;

namespace MiniFirewall.Sys.Files;

/// <summary>Reads what a symbolic link says, also the links of /proc that lead nowhere by name, such as net:[4026531833].</summary>
public static class SymbolicLink
{
    private const int LongestName = 4096;

    /// <summary>The link's text; null where there is no such link or it may not be looked at.</summary>
    public static string? TryRead(string path)
    {
        Span<byte> name = stackalloc byte[LongestName];
        nint length = FileCalls.ReadLinkAt(FileCalls.AtFdCwd, path, name, LongestName);
        return length < 0 ? null : Encoding.UTF8.GetString(name[..(int)length]);
    }

    /// <summary>The number in a link such as net:[4026531833], where it is one of that kind.</summary>
    public static ulong? TryReadNamespace(string path, string kind) =>
        TryRead(path) is { } text ? NamespaceNumber(text, kind) : null;

    /// <summary>The number in a text such as net:[4026531833]; null for any other text.</summary>
    public static ulong? NamespaceNumber(string text, string kind)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(kind + ":[", StringComparison.Ordinal) && text.EndsWith(']')
            && ulong.TryParse(text.AsSpan(kind.Length + 2, text.Length - kind.Length - 3), out ulong number) ? number : null;
    }
}
