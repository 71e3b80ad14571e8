using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>One way to have a filter table judge packets. All ways must see the same.</summary>
internal interface IFirewall : IDisposable
{
    string Name { get; }

    /// <summary>Replaces the tables of the families that the texts are of.</summary>
    void Load(RuleTexts rules);

    /// <summary>Whether this way can have such a packet meet its hook at all.</summary>
    bool CanMeet(Packet packet);

    /// <summary>What the rules do with a packet; null where it did not meet its hook.</summary>
    Observation? Judge(Packet packet);
}
