namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>What the man page and the kernel's source say a rule makes of a packet.</summary>
public enum Says
{
    /// <summary>The rule matches: it counts the packet and its target follows.</summary>
    Match,

    /// <summary>The rule does not match.</summary>
    Miss,

    /// <summary>The packet lacks what the rule must look at: it is dropped, and nothing counts it (xtables' hotdrop).</summary>
    Invalid,
}
