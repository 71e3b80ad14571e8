namespace MiniFirewall.Rules.Text;

/// <summary>How a line's words are quoted.</summary>
internal enum QuotingStyle
{
    /// <summary>As a shell reads them: single and double quotes, backslash, a comment after '#'.</summary>
    Shell,

    /// <summary>As iptables-restore reads them (xshared.c, add_param_to_argv): double quotes only, a backslash escapes inside them.</summary>
    Save,
}
