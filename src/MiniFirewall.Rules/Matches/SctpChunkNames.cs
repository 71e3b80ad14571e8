using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Rules.Matches;

/// <summary>SCTP's chunk types and their flags by name (iptables libxt_sctp.c; the IANA registry of SCTP parameters).</summary>
internal static class SctpChunkNames
{
    /// <summary>Types by number; <c>Flags</c> are the letters of bits 7 to 0, '-' where a bit has none.</summary>
    internal static readonly (string Name, byte Type, string Flags)[] Table =
    [
        ("DATA", 0, DataFlags), ("INIT", 1, NoFlags), ("INIT_ACK", 2, NoFlags), ("SACK", 3, NoFlags), ("HEARTBEAT", 4, NoFlags),
        ("HEARTBEAT_ACK", 5, NoFlags), ("ABORT", 6, TagFlag), ("SHUTDOWN", 7, NoFlags), ("SHUTDOWN_ACK", 8, NoFlags),
        ("ERROR", 9, NoFlags), ("COOKIE_ECHO", 10, NoFlags), ("COOKIE_ACK", 11, NoFlags), ("ECN_ECNE", 12, NoFlags),
        ("ECN_CWR", 13, NoFlags), ("SHUTDOWN_COMPLETE", 14, TagFlag), ("I_DATA", 64, DataFlags), ("ASCONF_ACK", 128, NoFlags),
        ("RE_CONFIG", 130, NoFlags), ("PAD", 132, NoFlags), ("FORWARD_TSN", 192, NoFlags), ("ASCONF", 193, NoFlags),
        ("I_FORWARD_TSN", 194, NoFlags),
    ];

    private const string NoFlags = "--------", DataFlags = "----IUBE", TagFlag = "-------T";

    /// <summary>A letter for each bit that is asked for, from bit 7 on: upper case where it must be set.</summary>
    internal static string PrintFlags(SctpChunkFlags asked)
    {
        string letters = Table.First(entry => entry.Type == asked.Type).Flags;
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < letters.Length; i++)
        {
            int bit = 0x80 >> i;
            if ((asked.Mask & bit) != 0)
            {
                text.Append((asked.Value & bit) != 0 ? letters[i] : char.ToLowerInvariant(letters[i]));
            }
        }

        return text.ToString();
    }
}
