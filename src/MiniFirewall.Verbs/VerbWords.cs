namespace MiniFirewall.Verbs;

/// <summary>What an entry does with the packets that it is about.</summary>
public enum VerbAction
{
    Allow,
    Deny,
    Reject,

    /// <summary>Allowed, until an address has begun six connections within thirty seconds.</summary>
    Limit,
}

/// <summary>Where the packets go.</summary>
public enum Direction
{
    In,
    Out,
    Routed,
}

/// <summary>What an entry reports of the packets that it is about, beside what it does.</summary>
public enum EntryLog
{
    None,

    /// <summary>log: packets that begin connections.</summary>
    New,

    /// <summary>log-all: every packet.</summary>
    All,
}

/// <summary>The words for actions and directions, and the chains they stand for.</summary>
public static class VerbWords
{
    public static string Word(this VerbAction action) => action switch
    {
        VerbAction.Allow => "allow",
        VerbAction.Deny => "deny",
        VerbAction.Reject => "reject",
        _ => "limit",
    };

    public static string Chain(this Direction direction) => direction switch
    {
        Direction.In => "INPUT",
        Direction.Out => "OUTPUT",
        _ => "FORWARD",
    };

    /// <summary>As the command default calls it.</summary>
    public static string DefaultWord(this Direction direction) => direction switch
    {
        Direction.In => "incoming",
        Direction.Out => "outgoing",
        _ => "routed",
    };

    internal static VerbAction? Action(string word) => word switch
    {
        "allow" => VerbAction.Allow,
        "deny" => VerbAction.Deny,
        "reject" => VerbAction.Reject,
        "limit" => VerbAction.Limit,
        _ => null,
    };
}
