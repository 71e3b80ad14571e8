namespace MiniFirewall.Engine.Persistence;

/// <summary>Who changed the rules, how, and why: one line each, for people.</summary>
/// <param name="How">The command, such as "apply rules.txt".</param>
/// <param name="Why">What the user gave as the reason; empty where nothing.</param>
/// <param name="Who">Such as "uid 0, alice by sudo, /dev/pts/3, from 203.0.113.9".</param>
public sealed record ChangeNote(string How, string Why, string Who)
{
    /// <summary>A note of the calling process's user and terminal.</summary>
    public static ChangeNote Of(string how, string? why = null) => new(OneLine(how), OneLine(why ?? ""), OneLine(Changer.Describe()));

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])['\n', '\r', '\0'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
