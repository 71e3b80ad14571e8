namespace MiniFirewall.Policy.Questions;

/// <summary>What is done with an address and a list of recent ones.</summary>
public enum RecentAction
{
    /// <summary>The address comes to the list, or is seen again.</summary>
    Set,

    /// <summary>The list is asked.</summary>
    Check,

    /// <summary>As <see cref="Check"/>, and what the answer is yes for is seen again.</summary>
    Update,

    /// <summary>The address goes.</summary>
    Remove,

    /// <summary>All addresses go; by command only.</summary>
    Flush,
}
