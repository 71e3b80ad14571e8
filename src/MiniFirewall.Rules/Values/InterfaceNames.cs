using System.Text;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Names of interfaces, or their beginnings, as rules have them.</summary>
internal static class InterfaceNames
{
    private const int Longest = 15;
    private const int Bytes = 16;

    /// <summary>NAME or BEGINNING+; a lone '+' is the beginning of every name. False where it is neither (reported).</summary>
    internal static bool TryRead(Word word, DiagnosticBag diagnostics, out InterfaceSpec? name)
    {
        string text = word.Text;
        (string message, string help) = text switch
        {
            "" => ("the interface's name is empty", "such as eth0, or eth+ for all that begin so"),
            _ when Encoding.UTF8.GetByteCount(text) > Longest =>
                ($"interface name {Show.Word(text)} is longer than {Longest} bytes", "the kernel has no such interface"),
            ['-' or '!', ..] => ($"interface name {Show.Word(text)} begins with {text[0]}", "options and '!' need blanks around them"),
            _ when text.Any(c => char.IsWhiteSpace(c) || c is '/' or '"' or '\'' or '\\') =>
                ($"interface name {Show.Word(text)} has a character that no interface can have", "such as eth0, or eth+ for all that begin so"),
            _ => ("", ""),
        };
        if (message.Length > 0)
        {
            diagnostics.Report(ErrorCodes.BadInterface, word, message, help, text.Length == 0
                ? Convention.Usage("Empty interface is likely to be undesired")
                : text.Length > Longest ? Convention.Usage($"interface name `{text}' must be shorter than IFNAMSIZ ({Longest})") : null);
            name = null;
            return false;
        }

        bool isPrefix = text.EndsWith('+');
        name = new InterfaceSpec(isPrefix ? text[..^1] : text, isPrefix, false);
        return true;
    }

    /// <summary>
    /// What 16 zero-padded bytes of a name, the first one most significant, are compared with, and under which mask: a whole name
    /// with the zero byte that ends it, a beginning without.
    /// </summary>
    internal static (UInt128 Value, UInt128 Mask) Compared(InterfaceSpec spec)
    {
        byte[] name = Encoding.UTF8.GetBytes(spec.Name);
        int compared = spec.IsPrefix ? name.Length : name.Length + 1;
        UInt128 value = 0, mask = 0;
        for (int i = 0; i < Bytes; i++)
        {
            value = (value << 8) | (i < name.Length ? name[i] : 0u);
            mask = (mask << 8) | (i < compared ? 0xffu : 0u);
        }

        return (value, mask);
    }
}
