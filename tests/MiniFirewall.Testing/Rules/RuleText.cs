using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Testing.Rules;

/// <summary>Reads rule text that a test knows to be right.</summary>
public static class RuleText
{
    /// <exception cref="FormatException">The reader refuses the text; the message has the text and the diagnostics.</exception>
    public static RuleSet Read(string text)
    {
        ReadResult result = RuleSetReader.Read("rules", text, ReadOptions.Default);
        return result.Rules ?? throw new FormatException($"{text}\n{string.Join('\n', result.Diagnostics)}");
    }
}
