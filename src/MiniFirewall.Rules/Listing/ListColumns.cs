using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Listing;

/// <summary>Which columns iptables -L shows, and how (iptables xshared.c, FMT_*).</summary>
public sealed record ListColumns
{
    /// <summary>-n.</summary>
    public bool IsNumeric { get; init; }

    /// <summary>-v: counters and interfaces.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>-x: counters to the last digit.</summary>
    public bool IsExact { get; init; }

    /// <summary>--line-numbers.</summary>
    public bool HasLineNumbers { get; init; }

    /// <summary>Names of services and protocols.</summary>
    public NetworkNames Names { get; init; } = NetworkNames.System;

    /// <summary>Names of hosts and networks.</summary>
    public AddressNames Addresses { get; init; } = AddressNames.System;

    /// <summary>The columns that a command line asks for.</summary>
    public static ListColumns Of(CommandOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new()
        {
            IsNumeric = options.IsNumeric,
            IsVerbose = options.Verbosity > 0,
            IsExact = options.IsExact,
            HasLineNumbers = options.HasLineNumbers,
        };
    }

    internal ListStyle Style => new(IsNumeric, Names);
}
