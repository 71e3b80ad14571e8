namespace MiniFirewall.Testing.Guide;

/// <summary>The guide, docs/guide, and the repository that it speaks of.</summary>
public static class Book
{
    /// <summary>The repository's folder, found above the running test.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>All chapters in the order of their names, README.md before them.</summary>
    public static IReadOnlyList<Chapter> Chapters { get; } =
        [.. Directory.GetFiles(Path.Combine(Root, "docs/guide"), "*.md").Order(StringComparer.Ordinal).OrderBy(file => !file.EndsWith("README.md", StringComparison.Ordinal)).Select(Chapter.Read)];

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "MiniFirewall.slnx"))
        ? folder
        : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository around the tests"));
}
