namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// Texts of rules that name what is beside them: a list of recent addresses, a table of rates or a rate estimator, which is made with the first rule that names
/// it and goes with the last, or chains that change packets, hand them on, or ask the kernel about them. One that only says so, as in a comment, costs no
/// more than time. A store has a mark for each such text (<see cref="StoreHeader.Marks"/>): whoever adds words here changes its version.
/// </summary>
internal static class NamingTexts
{
    internal static bool Has(ReadOnlySpan<byte> text) => text.IndexOf("-m recent"u8) >= 0 || text.IndexOf("-m hashlimit"u8) >= 0
        || text.IndexOf("-m rateest"u8) >= 0 || text.IndexOf("-j RATEEST"u8) >= 0 || ChangesPackets(text) || AsksKernel(text);

    private static bool AsksKernel(ReadOnlySpan<byte> text) =>
        text.IndexOf("-m socket"u8) >= 0 || text.IndexOf("-m helper"u8) >= 0 || text.IndexOf("-m osf"u8) >= 0 || text.IndexOf("-m ipvs"u8) >= 0
        || (text.IndexOf("-m addrtype"u8) >= 0 && (text.IndexOf("ANYCAST"u8) >= 0 || text.IndexOf("UNREACHABLE"u8) >= 0 || text.IndexOf("--limit-iface"u8) >= 0));

    private static bool ChangesPackets(ReadOnlySpan<byte> text) => text.IndexOf("-j MARK"u8) >= 0 || text.IndexOf("-j HMARK"u8) >= 0 || text.IndexOf("-j CONNMARK --restore-mark"u8) >= 0
        || text.IndexOf("-j CLASSIFY"u8) >= 0 || text.IndexOf("-j TCPMSS"u8) >= 0 || text.IndexOf("-j NFQUEUE"u8) >= 0 || text.IndexOf("-j QUEUE"u8) >= 0
        || text.IndexOf("-j TEE"u8) >= 0 || text.IndexOf("-j AUDIT"u8) >= 0 || text.IndexOf("-j IDLETIMER"u8) >= 0 || text.IndexOf("-j LED"u8) >= 0
        || text.IndexOf("-j SYNPROXY"u8) >= 0 || text.IndexOf("-m nfacct"u8) >= 0;
}
