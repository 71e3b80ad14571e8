namespace MiniFirewall.Rules.Language;

/// <summary>How a command line of iptables wants its command done.</summary>
public sealed record CommandOptions
{
    /// <summary>How often -v stands there.</summary>
    public int Verbosity { get; init; }

    /// <summary>-n.</summary>
    public bool IsNumeric { get; init; }

    /// <summary>-x.</summary>
    public bool IsExact { get; init; }

    /// <summary>--line-numbers.</summary>
    public bool HasLineNumbers { get; init; }

    /// <summary>-w: seconds to wait while others change the rules, below zero for ever; null where it is not given.</summary>
    public int? Wait { get; init; }

    /// <summary>-W, which says how often to look; writers queue in the kernel, so nobody has to.</summary>
    public bool HasWaitInterval { get; init; }
}
