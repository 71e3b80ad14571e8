using System.Text;
using MiniFirewall.Testing.Guide;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Guide;

/// <summary>Every command of docs/guide, in its order, prints what the guide says. One shell for the whole book, as for a reader.</summary>
public sealed class GuideTests(ITestOutputHelper output)
{
    /// <summary>Set by eng/guide: "build" where there are headers to build modules with, "guest" where modules can be inserted.</summary>
    private const string StageVariable = "MINIFW_GUIDE_STAGE";

    [Fact]
    public void Each_command_prints_what_the_guide_says()
    {
        CommandPlace[] places = Environment.GetEnvironmentVariable(StageVariable) switch
        {
            "build" => [CommandPlace.Build],
            "guest" => [CommandPlace.Anywhere, CommandPlace.Module],
            _ => [CommandPlace.Anywhere, CommandPlace.Host],
        };
        Play(command => places.Contains(command.Place), TimeSpan.FromMinutes(5));
    }

    private void Play(Func<Command, bool> isWanted, TimeSpan limit)
    {
        var wrong = new StringBuilder();
        int count = 0;
        using var shell = new Shell(Book.Root, limit);
        foreach (Command command in Book.Chapters.SelectMany(chapter => chapter.Commands).Where(isWanted))
        {
            (List<string> said, int code) = shell.Run(command.Text);
            output.WriteLine($"{command.Where}: $ {command.Text}\n{string.Join('\n', said)}");
            count++;

            // What prints its failure is checked by what it prints.
            if (!ExpectedOutput.Fits(command.Output, said) || (code != 0 && command.Output.Count == 0))
            {
                wrong.AppendLine($"{command.Where}: $ {command.Text}\nexit code {code}; the guide says\n{string.Join('\n', command.Output)}\nand it printed\n{string.Join('\n', said)}\n");
            }
        }

        output.WriteLine($"{count} commands of the guide were run");
        Assert.True(wrong.Length == 0, wrong.ToString());
        Assert.True(count > 0);
    }
}
