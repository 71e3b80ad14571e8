namespace MiniFirewall.Verbs;

/// <summary>A verb that cannot be done as it was typed. The message is one line: what is wrong, and behind ';' what would be right.</summary>
public sealed class VerbException(string message, bool isState = false) : Exception(message)
{
    /// <summary>The words are good, but the rules in force say no: no such rule, no such number.</summary>
    public bool IsState { get; } = isState;
}
