namespace MiniFirewall.Packets.Text;

/// <summary>The upper-case names of TCP flags, as iptables' --tcp-flags writes them, and those of the two ECN bits.</summary>
public static class TcpFlagNames
{
    private static readonly TcpFlags[] Single = Enum.GetValues<TcpFlags>()[1..];

    public static TcpFlags? TryParse(string name) => name switch
    {
        "NONE" => TcpFlags.None,
        "ALL" => TcpFlags.Fin | TcpFlags.Syn | TcpFlags.Rst | TcpFlags.Psh | TcpFlags.Ack | TcpFlags.Urg,
        _ => Single.Where(f => Name(f) == name).Select(f => (TcpFlags?)f).FirstOrDefault(),
    };

    /// <summary>Names with commas between them; NONE where there is none.</summary>
    public static string Print(TcpFlags flags) =>
        flags == TcpFlags.None ? "NONE" : string.Join(',', Single.Where(f => (flags & f) != 0).Select(Name));

    private static string Name(TcpFlags flag) => flag.ToString().ToUpperInvariant();
}
