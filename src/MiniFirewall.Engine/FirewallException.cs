namespace MiniFirewall.Engine;

/// <summary>Why the engine could not do what was asked.</summary>
public enum FirewallFailure
{
    /// <summary>The kernel or the state says no: something is in the way, or the state is damaged.</summary>
    Refused,

    /// <summary>The kernel cannot do it: too old, or built without something.</summary>
    Unsupported,

    /// <summary>The caller may not do it.</summary>
    Permission,

    /// <summary>Memory or descriptors have run out.</summary>
    Resource,

    /// <summary>Others have been changing the rules for longer than the caller would wait.</summary>
    Busy,
}

/// <summary>A request that failed and changed nothing; the message is one line for people: what, why, what would help.</summary>
public sealed class FirewallException(FirewallFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public FirewallFailure Failure { get; } = failure;
}
