using System.Text;
using MiniFirewall.Engine;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli;

/// <summary>Rule files, and the standard input where the name is "-".</summary>
internal static class RuleFile
{
    /// <exception cref="UsageException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="RefusedTextException">It has mistakes.</exception>
    internal static RuleSet Read(string file)
    {
        ReadResult result = RuleSetReader.Read(file, Text(file), ReadOptions.Default with { LiveNames = true, Cgroups = SystemCgroups.Instance });
        return result.Rules ?? throw new RefusedTextException(result.Diagnostics);
    }

    /// <summary>The text of a file, or of the standard input.</summary>
    /// <exception cref="UsageException">There is no such file, or it cannot be read.</exception>
    internal static string Text(string file)
    {
        try
        {
            string text = file == "-" ? Console.In.ReadToEnd() : Decode(File.ReadAllBytes(file));
            MemoryAhead.Expect(text.Length);
            return text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: {error.Message}");
        }
    }

    /// <summary>UTF-8 in one piece, which long files are; another encoding where the file's first bytes say so.</summary>
    private static string Decode(byte[] bytes)
    {
        if (bytes is [0xfe, 0xff, ..] or [0xff, 0xfe, ..] or [0, 0, 0xfe, 0xff, ..])
        {
            using var reader = new StreamReader(new MemoryStream(bytes), detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd();
        }

        return Encoding.UTF8.GetString(bytes);
    }
}
