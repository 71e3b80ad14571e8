namespace MiniFirewall.Cli;

/// <summary>The command line asks for something that cannot be: a missing file, a packet that cannot be read.</summary>
internal sealed class UsageException(string message) : Exception(message);
