namespace MiniFirewall.Manual.Commands;

/// <summary>A command as its readers see it.</summary>
/// <param name="Path">The words that call it, such as "minifw set add".</param>
/// <param name="Summary">The first line of its description.</param>
/// <param name="Details">The other paragraphs; one that is set off by spaces keeps them.</param>
/// <param name="Examples">Lines; one that begins with spaces goes on with the words about the line before.</param>
internal sealed record CommandPart(
    string Path, string Summary, IReadOnlyList<string> Details, IReadOnlyList<ArgumentPart> Arguments, IReadOnlyList<OptionPart> Options, IReadOnlyList<CommandPart> Commands, IReadOnlyList<string> Examples)
{
    internal string Name => Path[(Path.LastIndexOf(' ') + 1)..];
}

/// <summary>An argument: its name in capitals, how often it may come, and the words that complete it.</summary>
internal sealed record ArgumentPart(string Name, string Description, bool IsRequired, bool IsRepeated, IReadOnlyList<string> Words)
{
    internal bool IsFile => Name is "FILE" or "DIRECTORY" || Name.EndsWith("_FILE", StringComparison.Ordinal);
}

/// <summary>An option with all its names, the long one first.</summary>
/// <param name="Value">What its value is called; null for an option without one.</param>
internal sealed record OptionPart(IReadOnlyList<string> Names, string Description, string? Value, bool IsValueRequired, IReadOnlyList<string> Words)
{
    internal bool IsFile => Value is "FILE" or "DIRECTORY";
}
