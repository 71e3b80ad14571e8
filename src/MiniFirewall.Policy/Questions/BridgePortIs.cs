using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The name of the bridge's port that the packet came in by, or leaves by, is the value as far as the mask says. No, for a packet that a bridge has not seen.</summary>
/// <param name="Value">16 bytes, zero padded, the first one most significant.</param>
/// <param name="CountsMissing">What is said where the bridge has seen the packet, but there is no such port.</param>
public sealed record BridgePortIs(bool IsIn, UInt128 Value, UInt128 Mask, bool CountsMissing) : Question
{
    public override bool Ask(Packet packet)
    {
        if (packet.Bridge is not { } bridge)
        {
            return false;
        }

        string name = IsIn ? bridge.In : bridge.Out;
        return name.Length == 0 ? CountsMissing : ((NumberOf(name) ^ Value) & Mask) == 0;
    }

    private static UInt128 NumberOf(string name)
    {
        UInt128 number = 0;
        for (int i = 0; i < 16; i++)
        {
            number = (number << 8) | (i < name.Length ? name[i] : 0u);
        }

        return number;
    }
}
