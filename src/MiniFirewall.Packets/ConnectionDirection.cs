namespace MiniFirewall.Packets;

/// <summary>Which way a packet goes in its connection.</summary>
public enum ConnectionDirection : byte
{
    /// <summary>As the packet that began it.</summary>
    Original = 0,

    /// <summary>Against it.</summary>
    Reply = 1,

    /// <summary>It has no connection.</summary>
    None = 2,
}
