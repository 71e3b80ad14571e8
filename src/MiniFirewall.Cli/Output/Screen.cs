using Spectre.Console;
using Spectre.Console.Rendering;

namespace MiniFirewall.Cli.Output;

/// <summary>Tables with lines and colours, for people. Into a pipe or a file goes plain text that is never wrapped.</summary>
internal static class Screen
{
    // The reader of a pipe wants whole lines.
    private const int Unlimited = 10_000;

    private static readonly IAnsiConsole Console = Create();

    internal static void Write(IRenderable content) => Console.Write(content);

    internal static void Line(string text = "") => Console.WriteLine(text);

    internal static void Line(string text, Style style) => Console.WriteLine(text, style);

    internal static TableColumn Column(string head, bool right = false)
    {
        var column = new TableColumn(new Text(head, new Style(decoration: Decoration.Bold)));
        return right ? column.RightAligned() : column;
    }

    /// <summary>A cell with text as it is: rules are full of brackets, which are no markup.</summary>
    internal static Text Cell(string text, Style? style = null) => new(text, style);

    private static IAnsiConsole Create()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (System.Console.IsOutputRedirected)
        {
            console.Profile.Width = Unlimited;
        }

        return console;
    }
}
