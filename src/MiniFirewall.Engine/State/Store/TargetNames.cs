using System.Text;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// The last word of a rule's text, where it is the chain that the rule goes to. A stored text has the name that the chain was made with;
/// everybody but the store and the images says the one that it has now.
/// </summary>
internal sealed class TargetNames
{
    /// <summary>No chain is called by a name that has it.</summary>
    private const char Apart = '\\';

    private readonly Dictionary<string, string> _now = [], _made = [];

    private TargetNames()
    {
    }

    internal static TargetNames Of(IEnumerable<StoredChain> chains)
    {
        var names = new TargetNames();
        foreach (StoredChain chain in chains.Where(chain => chain.Chain.Name != chain.MadeName))
        {
            names._now.Add(chain.MadeName, chain.Chain.Name);
            names._made.Add(chain.Chain.Name, chain.MadeName);
        }

        return names;
    }

    /// <summary>With which name a chain is made where another one was made with its own, and is called otherwise by now.</summary>
    internal static string MadeApart(string name, int number) => $"{name}{Apart}{number}";

    /// <summary>
    /// Whether both ways are sure for the name. "src" and "dst" end the texts of rules that go nowhere: behind -j they may be the directions of a
    /// set of that name.
    /// </summary>
    internal static bool MayTell(string name) => name is not ("src" or "dst") && name.All(IsPlain);

    /// <summary>Whether the character stands in a rule's text as it is: the last word of the text is then the chain's name.</summary>
    internal static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "-_.:+@%".Contains(character);

    /// <summary>The chain that a rule goes to, whose text ends with it; null where its target is none. A comment's end may look like one.</summary>
    internal static string? TargetOf(ReadOnlySpan<byte> text)
    {
        int name = text.LastIndexOf((byte)' ') + 1;
        return name == 3 || (name > 3 && text[name - 4] == (byte)' ')
            ? text[(name - 3)..].StartsWith("-j "u8) || text[(name - 3)..].StartsWith("-g "u8) ? Encoding.UTF8.GetString(text[name..]) : null
            : null;
    }

    /// <summary>A stored text, with the name that the chain has now.</summary>
    internal ReadOnlySpan<byte> Now(ReadOnlySpan<byte> text) =>
        _now.Count > 0 && TargetOf(text) is { } target && _now.TryGetValue(target, out string? name) ? WithTarget(text, name) : text;

    /// <summary>A rule's text as it is stored; null where it goes to no chain, but would look like one that goes to a renamed one.</summary>
    internal byte[]? Made(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return _made.Count == 0 || TargetOf(bytes) is not { } target ? bytes
            : _made.TryGetValue(target, out string? name) ? WithTarget(bytes, name)
            : _now.ContainsKey(target) ? null : bytes;
    }

    private static byte[] WithTarget(ReadOnlySpan<byte> text, string name) => [.. text[..(text.LastIndexOf((byte)' ') + 1)], .. Encoding.UTF8.GetBytes(name)];
}
