namespace MiniFirewall.Rules.Grammar;

/// <summary>Which options may stand with which command (iptables xshared.c, commands_v_options).</summary>
internal static class OptionsOfCommands
{
    /// <param name="byNumber">The command names its rule by a number.</param>
    internal static bool Allow(GlobalKind command, bool byNumber, GlobalKind option) => option switch
    {
        _ when command is GlobalKind.Version or GlobalKind.Help => true,
        GlobalKind.Source or GlobalKind.Destination or GlobalKind.Protocol or GlobalKind.InInterface or GlobalKind.OutInterface
            or GlobalKind.Jump or GlobalKind.Goto or GlobalKind.Match or GlobalKind.Fragment => DescribesRule(command, byNumber),
        GlobalKind.Counters => command is GlobalKind.Append or GlobalKind.Insert or GlobalKind.Replace or GlobalKind.Policy,
        GlobalKind.Numeric or GlobalKind.Exact or GlobalKind.LineNumbers => command == GlobalKind.List,
        _ => true,
    };

    /// <summary>Whether a command has a rule behind it.</summary>
    internal static bool DescribesRule(GlobalKind command, bool byNumber) =>
        command is GlobalKind.Append or GlobalKind.Insert or GlobalKind.Replace or GlobalKind.Check || (command == GlobalKind.Delete && !byNumber);
}
