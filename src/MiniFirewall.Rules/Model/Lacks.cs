namespace MiniFirewall.Rules.Model;

/// <summary>What several matches and targets would need to run, in one wording each.</summary>
internal static class Lacks
{
    internal const string Helpers = "needs connection helpers, which only the kernel's own connection tracking has";
    internal const string Proxies = "needs handshakes answered in a server's place, which miniFirewall does not do yet";
    internal const string Queues = "needs packets handed to a program in user space, which miniFirewall does not do yet";
    internal const string Hashes = "needs a hash of the packet as its mark, which miniFirewall does not compute yet";
    internal const string SentPackets = "needs packets of its own to be sent, which miniFirewall does not do yet";
}
