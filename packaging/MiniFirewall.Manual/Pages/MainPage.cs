using MiniFirewall.Manual.Commands;

namespace MiniFirewall.Manual.Pages;

/// <summary>The page of minifw itself: what it is, its commands, and what all of them share.</summary>
internal static class MainPage
{
    private static readonly (string Term, string Text)[] ExitCodes =
    [
        ("0", "Done."),
        ("1", "The kernel or the state says no: no such rule, a chain that exists, an own session that would be cut."),
        ("2", "A wrong command line, or a bad rule. Nothing has changed."),
        ("3", "A table or a kernel that is not supported."),
        ("4", "No permission, or no memory or other resource; the lock was not had in time."),
    ];

    internal static string Write(CommandPart root)
    {
        var page = new Roff("minifw", "Linux firewall: iptables' rules, compiled to eBPF on Netfilter's hooks");
        page.Section("SYNOPSIS").Line($"{Roff.Bold("minifw")} {Roff.Italic("COMMAND")} [{Roff.Italic("ARGUMENT")}...]").Line(".br");
        page.Line($"{Roff.Bold("minifw iptables")}|{Roff.Bold("ip6tables")}|{Roff.Bold("iptables-save")}|{Roff.Bold("iptables-restore")}|{Roff.Bold("ip6tables-save")}|{Roff.Bold("ip6tables-restore")} [{Roff.Italic("ARGUMENT")}...]");
        page.Section("DESCRIPTION");
        page.Line(Roff.Escape("minifw reads rules in the language of iptables(8), compiles them to BPF programs, and has the kernel run them on Netfilter's hooks INPUT, FORWARD and OUTPUT, for IPv4 and IPv6."));
        page.Paragraph("Rules, programs and counters are in the kernel, one set for each network namespace. They stay when the command ends; no process has to run. A new rule set takes over with one write, or nothing changes.");
        page.Paragraph("Called by one of iptables' names, as the first word or as a link, it is that program for the filter table; other tables go unchanged to the system's own iptables.");
        page.Section("COMMANDS");
        foreach (CommandPart command in root.Commands)
        {
            page.Item($"{Roff.Bold(command.Path)}(8)".Replace("minifw ", "minifw\\-", StringComparison.Ordinal), command.Summary + ".");
        }

        page.Section("OPTIONS");
        CommandPage.WriteOptions(page, root);
        page.Section("EXIT STATUS");
        foreach ((string term, string text) in ExitCodes)
        {
            page.Item(Roff.Bold(term), text);
        }

        page.Paragraph("Errors go to the standard error as FILE:LINE:COLUMN: error MFWnnnn: what is wrong; what helps.");
        page.Section("FILES");
        page.Item(Roff.Italic("/run/minifw/"), "Locks, and a file system of BPF objects: what is in force in each network namespace. Readable by root only.");
        CommandPage.WriteExamples(page, root);
        return page.Section("SEE ALSO").Line(string.Join(", ", [.. root.Commands.Select(command => $"{Roff.Bold("minifw-" + command.Name)}(8)"), $"{Roff.Bold("iptables")}(8)", $"{Roff.Bold("bpf")}(2)"])).ToString();
    }
}
