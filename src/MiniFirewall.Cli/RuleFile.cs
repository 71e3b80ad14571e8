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
        ReadResult result = RuleSetReader.Read(file, Text(file), ReadOptions.Default);
        return result.Rules ?? throw new RefusedTextException(result.Diagnostics);
    }

    /// <summary>The text of a file, or of the standard input.</summary>
    /// <exception cref="UsageException">There is no such file, or it cannot be read.</exception>
    internal static string Text(string file)
    {
        try
        {
            return file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: {error.Message}");
        }
    }
}
