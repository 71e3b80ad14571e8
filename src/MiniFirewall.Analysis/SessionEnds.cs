using MiniFirewall.Packets;

namespace MiniFirewall.Analysis;

/// <summary>An open connection of this host: its own end and the other one; addresses as numbers in host order, IPv4's in the low 32 bits.</summary>
/// <param name="Protocol">TCP or UDP.</param>
public readonly record struct SessionEnds(Family Family, byte Protocol, UInt128 Local, ushort LocalPort, UInt128 Remote, ushort RemotePort)
{
    public override string ToString() => $"{End(Remote, RemotePort)} with {End(Local, LocalPort)}";

    private string End(UInt128 address, ushort port) => Family == Family.IPv4 ? $"{AddressText.Format(Family, address)}:{port}" : $"[{AddressText.Format(Family, address)}]:{port}";
}

/// <summary>Why a connection would end.</summary>
/// <param name="Packet">The packet of it that would be dropped.</param>
/// <param name="By">What drops it.</param>
public sealed record SessionCut(SessionEnds Session, Packet Packet, Decision By);
