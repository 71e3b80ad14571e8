namespace MiniFirewall.Cli.Verbs;

/// <summary>Commands of ufw's that are none here, and what does here what they do there.</summary>
internal static class UfwCommands
{
    /// <summary>Null for other words.</summary>
    internal static string? Instead(string word) => word switch
    {
        "enable" => "an entry is in force when its command ends; 'minifw load' puts the rule set on disk in force",
        "disable" or "reset" => "'minifw off' takes all rules away, and 'minifw undo' brings them back",
        "reload" => "'minifw load' puts the rule set on disk in force again",
        _ => null,
    };
}
