namespace MiniFirewall.Engine.Connections;

/// <summary>The table of connections.</summary>
/// <param name="Used">Connections that have not ended.</param>
/// <param name="Most">How many there is room for.</param>
/// <param name="Bytes">Memory of the table.</param>
/// <param name="Refused">Packets that were to begin a connection and found no room.</param>
public sealed record ConnectionTableStatus(int Used, int Most, long Bytes, ulong Refused);
