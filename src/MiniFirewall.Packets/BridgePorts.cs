namespace MiniFirewall.Packets;

/// <summary>The ports of a bridge that a packet came in by and leaves by; empty names where it does not, or not yet, have one.</summary>
public sealed record BridgePorts(string In, string Out);
