namespace MiniFirewall.Cli;

/// <summary>Two parts of minifw disagree about a packet: a bug, never the user's.</summary>
internal sealed class ContradictionException(string message) : Exception(message);
