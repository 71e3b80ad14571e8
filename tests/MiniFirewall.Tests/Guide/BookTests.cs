using System.Text.RegularExpressions;
using MiniFirewall.Testing.Guide;
using Xunit;

namespace MiniFirewall.Tests.Guide;

/// <summary>What the guide says of this repository is so: files, excerpts, links.</summary>
public sealed partial class BookTests
{
    private static readonly string[] OurFolders = ["kernel/", "lessons/", "docs/", "src/", "tests/", "eng/"];

    /// <summary>Everything that is neither code of a file of ours nor a command.</summary>
    private static readonly string[] OtherLanguages = ["", "text", "mermaid", "iptables"];

    [Fact]
    public void Every_lesson_has_a_chapter_that_shows_all_its_files()
    {
        foreach (string lesson in Directory.GetDirectories(Path.Combine(Book.Root, "kernel/lessons")).Select(folder => Path.GetFileName(folder)!))
        {
            Chapter chapter = Assert.Single(Book.Chapters, chapter => chapter.Name.EndsWith($"-{lesson}.md", StringComparison.Ordinal));
            Assert.Contains($"kernel/lessons/{lesson}/{lesson}.c", chapter.Text, StringComparison.Ordinal);
            Assert.Contains(chapter.Commands, command => command.Text.Contains($"make -C kernel/lessons/{lesson}", StringComparison.Ordinal));
            Assert.Contains(chapter.Commands, command => command.Text.Contains($"lesson {lesson}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Code_in_the_guide_is_the_files_own()
    {
        int count = 0;
        foreach ((Chapter chapter, Fence fence) in Fences().Where(pair => pair.Fence.Language is not Command.Language && !OtherLanguages.Contains(pair.Fence.Language)))
        {
            string file = Path.Combine(Book.Root, fence.Info);
            Assert.True(fence.Info.Length > 0 && File.Exists(file), $"{chapter.Name}:{fence.Line - 1}: the block names no file that is here, ```{fence.Language} {fence.Info}");
            Assert.True(
                File.ReadAllText(file).Contains(string.Join('\n', fence.Lines) + "\n", StringComparison.Ordinal),
                $"{chapter.Name}:{fence.Line}: this is not in {fence.Info} as it stands");
            count++;
        }

        Assert.True(count > 10, "the guide shows code");
    }

    [Fact]
    public void Files_that_the_guide_names_exist()
    {
        foreach (Chapter chapter in Book.Chapters)
        {
            foreach (string path in OurFiles().Matches(chapter.Text).Select(match => match.Groups[1].Value).Where(path => OurFolders.Any(path.StartsWith)))
            {
                Assert.True(Path.Exists(Path.Combine(Book.Root, path)) || IsBuilt(path), $"{chapter.Name}: there is no {path}");
            }
        }
    }

    [Fact]
    public void Links_lead_somewhere()
    {
        foreach (Chapter chapter in Book.Chapters)
        {
            foreach (string link in Links().Matches(chapter.Text).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)))
            {
                string path = link.Split('#')[0];
                Assert.True(path.Length == 0 || Path.Exists(Path.Combine(Book.Root, "docs/guide", path)), $"{chapter.Name}: {link} leads nowhere");
            }
        }
    }

    [Fact]
    public void The_table_of_contents_names_every_chapter()
    {
        foreach (Chapter chapter in Book.Chapters.Skip(1))
        {
            Assert.Contains($"]({chapter.Name})", Book.Chapters[0].Text, StringComparison.Ordinal);
        }
    }

    /// <summary>Then it would not be run.</summary>
    [Fact]
    public void No_command_is_outside_a_console()
    {
        foreach ((Chapter chapter, Fence fence) in Fences().Where(pair => pair.Fence.Language != Command.Language))
        {
            Assert.DoesNotContain(fence.Lines, line => line.StartsWith("$ ", StringComparison.Ordinal));
            Assert.False(fence.Language is "sh" or "bash" or "shell", $"{chapter.Name}:{fence.Line - 1}: a command that no test runs");
        }
    }

    private static bool IsBuilt(string path) => path.EndsWith(".ko", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal);

    private static IEnumerable<(Chapter Chapter, Fence Fence)> Fences() => Book.Chapters.SelectMany(chapter => chapter.Fences.Select(fence => (chapter, fence)));

    [GeneratedRegex("`([a-z]+/[^` ]*)`")]
    private static partial Regex OurFiles();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Links();
}
