using MiniFirewall.Packets;

namespace MiniFirewall.Dns.Messages;

/// <summary>Follows the aliases of an answer from the name that was asked to the one that has addresses (RFC 1034, 3.6.2).</summary>
internal static class AliasChain
{
    /// <summary>Aliases behind one another that are followed.</summary>
    internal const int Longest = 16;

    /// <returns>The last name of the chain; the addresses that it has in the answer, none where the answer ends before; and how long the chain holds.</returns>
    internal static (string Name, List<NameAddress> Addresses, uint Seconds, int Length) Follow(DnsMessage message, DnsQuestion question)
    {
        string name = question.Name;
        uint holds = int.MaxValue;
        int length = 0;
        while (length < Longest && message.Records.Find(record => record.Type == DnsType.Cname && record.Name == name) is { Target.Length: > 0 } alias)
        {
            name = alias.Target;
            holds = Math.Min(holds, alias.Seconds);
            length++;
        }

        List<NameAddress> addresses = [];
        foreach (DnsRecord record in message.Records)
        {
            if (record.Type == question.Type && record.Name == name)
            {
                addresses.Add(new(question.Family, record.Address, Math.Min(holds, record.Seconds)));
            }
        }

        return (name, addresses, holds, length);
    }
}
