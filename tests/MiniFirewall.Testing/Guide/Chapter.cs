namespace MiniFirewall.Testing.Guide;

/// <summary>One file of the guide.</summary>
/// <param name="Name">Of the file, without its folder.</param>
public sealed record Chapter(string Name, string Text, IReadOnlyList<Fence> Fences)
{
    public IEnumerable<Command> Commands => Fences.Where(fence => fence.Language == Command.Language).SelectMany(fence => Command.ReadAll(Name, fence));

    internal static Chapter Read(string file)
    {
        string[] lines = File.ReadAllLines(file);
        return new(Path.GetFileName(file), string.Join('\n', lines), [.. Fence.ReadAll(lines)]);
    }
}
