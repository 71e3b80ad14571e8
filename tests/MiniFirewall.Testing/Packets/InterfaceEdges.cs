namespace MiniFirewall.Testing.Packets;

/// <summary>Interface names around an -i or -o test.</summary>
internal static class InterfaceEdges
{
    /// <summary>The name, a longer one, and one that differs in its last character; a '+' name is tried as it is and longer.</summary>
    internal static IEnumerable<string> Of(string pattern)
    {
        string name = pattern.TrimEnd('+');
        return new[] { name, name + "0", name.Length == 0 ? "x" : name[..^1] + "z" }.Where(n => n.Length is > 0 and < 16);
    }
}
