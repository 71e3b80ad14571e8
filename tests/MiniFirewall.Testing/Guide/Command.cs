namespace MiniFirewall.Testing.Guide;

/// <summary>Where a command of the guide can be run.</summary>
public enum CommandPlace
{
    Anywhere,

    /// <summary>Builds a module: only where there are headers for it.</summary>
    Build,

    /// <summary>Only where modules can be inserted.</summary>
    Module,

    /// <summary>Only on the host: it needs a kernel with BPF links, or the .NET SDK.</summary>
    Host,
}

/// <summary>
/// A command of a block "console", and what it prints. A line "$ " begins a command, lines "> " go on with it, all others are
/// its output, where "..." stands for any lines and "…" for any text in a line.
/// </summary>
/// <param name="Where">"chapter:line".</param>
public sealed record Command(string Where, CommandPlace Place, string Text, IReadOnlyList<string> Output)
{
    public const string Language = "console";

    internal static IEnumerable<Command> ReadAll(string chapter, Fence fence)
    {
        CommandPlace place = fence.Info switch
        {
            "" => CommandPlace.Anywhere,
            "build" => CommandPlace.Build,
            "module" => CommandPlace.Module,
            "host" => CommandPlace.Host,
            _ => throw new FormatException($"{chapter}:{fence.Line - 1}: a console is for \"build\", \"module\" or \"host\", not \"{fence.Info}\""),
        };
        for (int i = 0; i < fence.Lines.Count;)
        {
            string where = $"{chapter}:{fence.Line + i}";
            string text = After("$ ", fence.Lines[i]) ?? throw new FormatException($"{where}: a console begins with a command, \"$ …\"");
            int next = i + 1;
            for (; next < fence.Lines.Count && After("> ", fence.Lines[next]) is string more; next++)
            {
                text += "\n" + more;
            }

            int end = next;
            while (end < fence.Lines.Count && After("$ ", fence.Lines[end]) is null)
            {
                end++;
            }

            yield return new(where, place, text, [.. fence.Lines.Skip(next).Take(end - next)]);
            i = end;
        }
    }

    private static string? After(string prompt, string line) => line.StartsWith(prompt, StringComparison.Ordinal) ? line[prompt.Length..] : null;
}
