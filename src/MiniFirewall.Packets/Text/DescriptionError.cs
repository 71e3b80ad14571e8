namespace MiniFirewall.Packets.Text;

/// <summary>Why a packet's description cannot be read.</summary>
/// <param name="Column">From 1.</param>
/// <param name="Length">Characters concerned; 0 where something is missing.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Help">What would be right.</param>
public sealed record DescriptionError(int Column, int Length, string Message, string Help)
{
    public override string ToString() => $"column {Column}: {Message}; {Help}";
}
