using System.Text;
using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Testing;

/// <summary>Prints what a failed comparison was about, so that it can be done again by hand.</summary>
public static class FailingCase
{
    /// <summary>The rule text, the packet in words and in hexadecimal, and whatever the sides said.</summary>
    public static string Print(string rules, Packet packet, params (string Who, string Said)[] sides)
    {
        var text = new StringBuilder().Append(rules.TrimEnd()).Append("\n\n").Append(Print(packet)).Append('\n');
        foreach ((string who, string said) in sides)
        {
            text.Append(who).Append(": ").Append(said).Append('\n');
        }

        return text.ToString();
    }

    public static string Print(Packet packet) =>
        $"{PacketDescription.Print(packet)}\n{packet.Family} {Convert.ToHexString(packet.Bytes)}";

    public static string Print(Judgement judgement) =>
        $"{judgement.Verdict} by {judgement.DecidedBy}; path: {string.Join(", ", judgement.Path)}";
}
