using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Tests.Rules;

/// <summary>What the documents of a set test say, element by element: of those that fit, the most specific decides.</summary>
internal static class SetOracle
{
    internal static bool Holds(NamedSet set, SetTest test, Packet packet)
    {
        (int Protocol, int Port)? port = null;
        var addresses = new List<UInt128>();
        foreach (Field field in test.Dimensions)
        {
            if (field is Field.Source or Field.Destination)
            {
                addresses.Add(field == Field.Source ? packet.Source : packet.Destination);
            }
            else if ((port = PortOf(set, packet, field == Field.SourcePort)) is null)
            {
                return false;
            }
        }

        SetElement? best = null;
        foreach (SetElement element in set.Elements.Span)
        {
            bool fits = element.Families.Has(packet.Family) && (port is null || port == (element.Protocol, element.Port))
                && Covers(element.First, element.FirstPrefix, addresses.ElementAtOrDefault(0), packet.Family)
                && Covers(element.Second, element.SecondPrefix, addresses.ElementAtOrDefault(1), packet.Family);
            if (fits && (best is not { } other || (element.FirstPrefix, element.SecondPrefix).CompareTo((other.FirstPrefix, other.SecondPrefix)) >= 0))
            {
                best = element;
            }
        }

        return best?.NoMatch == test.WantsNoMatch;
    }

    private static bool Covers(UInt128 network, int prefix, UInt128 address, Family family)
    {
        int rest = (family == Family.IPv4 ? 32 : 128) - prefix;
        return prefix == 0 || network >> rest == address >> rest;
    }

    private static (int Protocol, int Port)? PortOf(NamedSet set, Packet packet, bool isSource)
    {
        TransportLocation at = packet.Transport;
        bool isPlain = set.Type.Shape.Port == SetPort.TcpOrUdp;
        if (at.IsBroken || at.FragmentOffset != 0 || at.Protocol == (packet.Family == Family.IPv4 ? 0 : 59) || (isPlain && at.Protocol is not (6 or 17)))
        {
            return null;
        }

        int length = packet.TransportBytes.Length;
        (int needed, int offset) = at.Protocol switch
        {
            6 => (20, isSource ? 0 : 2),
            17 or 136 => (8, isSource ? 0 : 2),
            132 => (12, isSource ? 0 : 2),
            1 or 58 => (8, 0),
            _ => (0, -1),
        };
        return length < needed ? null
            : (isPlain ? 0 : at.Protocol, offset < 0 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(packet.TransportBytes[offset..]));
    }
}
