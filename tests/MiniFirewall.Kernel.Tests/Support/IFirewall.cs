using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>One way to have a filter table judge packets. All ways must see the same.</summary>
internal interface IFirewall
{
    string Name { get; }

    /// <summary>Replaces one family's table.</summary>
    void Load(FilterTable table);

    /// <summary>What the table of the packet's family does with it; null where the packet cannot be made to meet its hook.</summary>
    Observation? Judge(Packet packet);
}
