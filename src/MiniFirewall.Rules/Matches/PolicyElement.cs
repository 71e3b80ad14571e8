using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>A value that may be negated.</summary>
public sealed record Negatable<T>(T Value, bool Negated);

/// <summary>An address of a tunnel's end under a mask, host order.</summary>
public sealed record TunnelEnd(Family Family, UInt128 Address, UInt128 Mask)
{
    /// <summary>ADDRESS, with its prefix or mask where that leaves bits out.</summary>
    public override string ToString() => Mask == AddressNotation.PrefixMask(Family, Family == Family.IPv4 ? 32 : 128)
        ? AddressNotation.Print(Family, Address)
        : AddressNotation.Print(Family, Address, Mask);
}

/// <summary>One element of what -m policy describes: what is asked of one IPsec state; null where not asked.</summary>
public sealed record PolicyElement
{
    public Negatable<uint>? RequestId { get; init; }

    /// <summary>The security parameter index as it is written: the state's own has its bytes in the other order.</summary>
    public Negatable<uint>? Spi { get; init; }

    /// <summary>Protocol number: ah, esp or ipcomp.</summary>
    public Negatable<byte>? Protocol { get; init; }

    public Negatable<bool>? IsTunnel { get; init; }

    public Negatable<TunnelEnd>? TunnelSource { get; init; }

    public Negatable<TunnelEnd>? TunnelDestination { get; init; }

    public static PolicyElement Empty { get; } = new();

    internal bool IsEmpty => this == Empty;

    internal bool HasTunnelEnds => TunnelSource is not null || TunnelDestination is not null;

    /// <summary>What is asked of a state.</summary>
    internal ValueArray<IpsecAsk> Asks
    {
        get
        {
            List<IpsecAsk> asks = [];
            Add(IpsecMember.RequestId, RequestId, id => (id, uint.MaxValue));

            // iptables hands the number over in host order, and the kernel compares it with one in network order (libxt_policy.c, xt_policy.c).
            Add(IpsecMember.Spi, Spi, spi => (BinaryPrimitives.ReverseEndianness(spi), uint.MaxValue));
            Add(IpsecMember.Protocol, Protocol, protocol => (protocol, byte.MaxValue));
            Add(IpsecMember.Mode, IsTunnel, isTunnel => (isTunnel ? IpsecState.Tunnel : IpsecState.Transport, byte.MaxValue));
            Add(IpsecMember.Source, TunnelSource, end => (end.Address & end.Mask, end.Mask));
            Add(IpsecMember.Destination, TunnelDestination, end => (end.Address & end.Mask, end.Mask));
            return new([.. asks]);

            void Add<T>(IpsecMember member, Negatable<T>? part, Func<T, (UInt128 Value, UInt128 Mask)> of)
            {
                if (part is not null)
                {
                    (UInt128 value, UInt128 mask) = of(part.Value);
                    asks.Add(new(member, value, mask, part.Negated));
                }
            }
        }
    }

    /// <summary>Writes options, or the words of a list, which are those without dashes (libxt_policy.c, print_entry).</summary>
    internal void Write(RuleTextWriter writer, string dashes, bool isNumeric)
    {
        Part("reqid", RequestId, id => $"{id}");
        Part("spi", Spi, spi => $"0x{spi:x}");
        Part("proto", Protocol, protocol => isNumeric ? $"{protocol}" : ProtocolNames.Print(protocol));
        Part("mode", IsTunnel, isTunnel => isTunnel ? "tunnel" : "transport");
        Part("tunnel-dst", TunnelDestination, end => end.ToString());
        Part("tunnel-src", TunnelSource, end => end.ToString());

        void Part<T>(string name, Negatable<T>? part, Func<T, string> print)
        {
            if (part is not null)
            {
                writer.Not(part.Negated).Word(dashes + name).Word(print(part.Value));
            }
        }
    }
}
