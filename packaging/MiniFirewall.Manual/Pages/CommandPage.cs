using MiniFirewall.Manual.Commands;

namespace MiniFirewall.Manual.Pages;

/// <summary>The page of one command, with those below it.</summary>
internal static class CommandPage
{
    internal static string Write(CommandPart command)
    {
        var page = new Roff($"minifw-{command.Name}", command.Summary);
        page.Section("SYNOPSIS");
        foreach (CommandPart part in Callable(command))
        {
            page.Line(Synopsis.Of(part)).Line(".br");
        }

        page.Section("DESCRIPTION").Line(Roff.Escape(command.Summary + "."));
        WriteDetails(page, command);
        WriteParts(page, command);
        foreach (CommandPart part in command.Commands)
        {
            page.Subsection(part.Path);
            page.Line(Roff.Escape(part.Summary + "."));
            WriteDetails(page, part);
            WriteParts(page, part);
        }

        WriteExamples(page, command);
        return page.Section("EXIT STATUS").Line("See " + Roff.Bold("minifw") + "(8).").Section("SEE ALSO").Line(Roff.Bold("minifw") + "(8), " + Roff.Bold("iptables") + "(8)").ToString();
    }

    internal static void WriteExamples(Roff page, CommandPart command)
    {
        if (command.Examples.Count > 0)
        {
            page.Section("EXAMPLES").Listing(command.Examples);
        }
    }

    internal static void WriteOptions(Roff page, CommandPart command)
    {
        foreach (OptionPart option in command.Options)
        {
            page.Item(Synopsis.Names(option), option.Description);
        }
    }

    /// <summary>Itself where it can be called without a further word, and the commands below it.</summary>
    private static IEnumerable<CommandPart> Callable(CommandPart command) => command.Commands.Count > 0 && command.Arguments.Count == 0 ? command.Commands : [command, .. command.Commands];

    private static void WriteDetails(Roff page, CommandPart command)
    {
        foreach (string paragraph in command.Details)
        {
            page.Paragraph(string.Join('\n', paragraph.Split('\n').Select(line => line.Trim())));
        }
    }

    private static void WriteParts(Roff page, CommandPart command)
    {
        foreach (ArgumentPart argument in command.Arguments)
        {
            page.Item(Roff.Italic(argument.Name), argument.Description);
        }

        WriteOptions(page, command);
    }
}
