using System.Buffers.Binary;
using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m ipvs: the packet's connection in IPVS (net/netfilter/xt_ipvs.c).</summary>
public sealed record IpvsMatch : KernelMatch
{
    private static readonly string[] Directions = ["ORIGINAL", "REPLY"];

    /// <summary>By IP_VS_CONN_F_MASQ, IP_VS_CONN_F_TUNNEL and IP_VS_CONN_F_DROUTE (include/uapi/linux/ip_vs.h).</summary>
    private static readonly (string Name, byte Value)[] Methods = [("GATE", 3), ("IPIP", 2), ("MASQ", 0)];

    public static MatchGrammar Grammar { get; } = new("ipvs", new IpvsMatch())
    {
        OneOf = ["ipvs", "vproto", "vaddr", "vport", "vdir", "vmethod", "vportctl"],
        Check = IsWhole,
        Options =
        [
            Option<IpvsMatch>.Flag(["ipvs"], (m, not) => m with { IsNone = not }, negatable: true),
            Option<IpvsMatch>.Value<byte>(["vproto"], ReadProtocol, (m, protocol, not) => m with { ConnectionProtocol = (protocol, not) }, negatable: true),
            Option<IpvsMatch>.Value<PlainAddress>(["vaddr"], ReadAddress, (m, address, not) => m with { Address = (address, not) }, negatable: true),
            Option<IpvsMatch>.Value<ushort>(["vport"], PortReaders.One("IPVS", "tcp", "udp"), (m, port, not) => m with { Port = (port, not) }, negatable: true),
            Option<IpvsMatch>.Value<string>(["vdir"], OneOf("direction", Directions), (m, direction, _) => m with { Direction = direction }),
            Option<IpvsMatch>.Value<string>(["vmethod"], OneOf("forwarding method", [.. Methods.Select(method => method.Name)]), (m, method, not) => m with { Method = (method, not) }, negatable: true),
            Option<IpvsMatch>.Value<ushort>(["vportctl"], PortReaders.One("IPVS", "tcp", "udp"), (m, port, not) => m with { ControlPort = (port, not) }, negatable: true),
        ],
    };

    public override string Name => "ipvs";

    public override FamilySet Families => Address?.Value.Family.ToSet() ?? FamilySet.Both;

    /// <summary>The packet is of no connection of IPVS: nothing else can be asked then.</summary>
    internal bool IsNone { get; init; }

    internal (byte Value, bool Negated)? ConnectionProtocol { get; init; }

    internal (PlainAddress Value, bool Negated)? Address { get; init; }

    internal (ushort Value, bool Negated)? Port { get; init; }

    internal string? Direction { get; init; }

    internal (string Value, bool Negated)? Method { get; init; }

    internal (ushort Value, bool Negated)? ControlPort { get; init; }

    private bool AsksMore => ConnectionProtocol is not null || Address is not null || Port is not null || Direction is not null || Method is not null || ControlPort is not null;

    public override void Print(RuleTextWriter writer) => Print(writer.Word("-m").Word("ipvs"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Print(writer, "");

    /// <summary>
    /// struct xt_ipvs_mtinfo: address and mask, 16 bytes each, a port, in network order; protocol and method, one byte each; the port of the connection that has made it; what
    /// is negated, and what is asked. A direction is asked as that of the first packet's, or another.
    /// </summary>
    protected override byte[] Information(Family family)
    {
        const int Length = 40, MaskAt = 16, PortAt = 32, ProtocolAt = 34, MethodAt = 35, ControlPortAt = 36, NegatedAt = 38, AskedAt = 39;
        const byte AsksAny = 1, AsksProtocol = 2, AsksAddress = 4, AsksPort = 8, AsksDirection = 16, AsksMethod = 32, AsksControlPort = 64;
        byte[] information = new byte[Length];
        if (!AsksMore)
        {
            Ask(AsksAny, IsNone);
        }

        if (ConnectionProtocol is { } protocol)
        {
            information[ProtocolAt] = protocol.Value;
            Ask(AsksProtocol, protocol.Negated);
        }

        if (Address is { } address)
        {
            Write(information, address.Value.Address);
            Write(information.AsSpan(MaskAt), address.Value.Mask);
            Ask(AsksAddress, address.Negated);
        }

        if (Port is { } port)
        {
            BinaryPrimitives.WriteUInt16BigEndian(information.AsSpan(PortAt), port.Value);
            Ask(AsksPort, port.Negated);
        }

        if (Direction is { } direction)
        {
            Ask(AsksDirection, direction != Directions[0]);
        }

        if (Method is { } method)
        {
            information[MethodAt] = Array.Find(Methods, one => one.Name == method.Value).Value;
            Ask(AsksMethod, method.Negated);
        }

        if (ControlPort is { } control)
        {
            BinaryPrimitives.WriteUInt16BigEndian(information.AsSpan(ControlPortAt), control.Value);
            Ask(AsksControlPort, control.Negated);
        }

        return information;

        void Write(Span<byte> place, UInt128 bits)
        {
            if (family == Family.IPv4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(place, (uint)bits);
            }
            else
            {
                BinaryPrimitives.WriteUInt128BigEndian(place, bits);
            }
        }

        void Ask(byte what, bool negated)
        {
            information[AskedAt] |= what;
            information[NegatedAt] |= negated ? what : (byte)0;
        }
    }

    private void Print(RuleTextWriter writer, string dashes)
    {
        if (!AsksMore)
        {
            writer.Not(IsNone).Word(dashes + "ipvs");
        }

        Print(writer, dashes + "vproto", ConnectionProtocol?.Value.ToString(CultureInfo.InvariantCulture), ConnectionProtocol?.Negated);
        Print(writer, dashes + "vaddr", Address is { } address ? Text(address.Value) : null, Address?.Negated);
        Print(writer, dashes + "vport", Port?.Value.ToString(CultureInfo.InvariantCulture), Port?.Negated);
        Print(writer, dashes + "vdir", Direction, false);
        Print(writer, dashes + "vmethod", Method?.Value, Method?.Negated);
        Print(writer, dashes + "vportctl", ControlPort?.Value.ToString(CultureInfo.InvariantCulture), ControlPort?.Negated);
    }

    private static void Print(RuleTextWriter writer, string option, string? value, bool? negated)
    {
        if (value is not null)
        {
            writer.Not(negated == true).Word(option).Word(value);
        }
    }

    /// <summary>A whole address stands without its mask.</summary>
    private static string Text(PlainAddress address)
    {
        string text = AddressNotation.Print(address.Family, address.Address, address.Mask);
        return address.Mask == AddressNotation.PrefixMask(address.Family, address.Family == Family.IPv4 ? 32 : 128) ? text[..text.IndexOf('/', StringComparison.Ordinal)] : text;
    }

    private static bool ReadProtocol(Word word, ReadContext context, out byte protocol)
    {
        if (NumberText.TryParse(word.Text, out ulong number) && number <= byte.MaxValue)
        {
            protocol = (byte)number;
            return true;
        }

        if (context.Names.TryGetProtocol(word.Text, out protocol))
        {
            return true;
        }

        context.Diagnostics.Report(ErrorCodes.UnknownProtocol, word, $"{Show.Word(word.Text)} is not a protocol", "a name such as tcp, or a number from 0 to 255");
        return false;
    }

    private static bool ReadAddress(Word word, ReadContext context, out PlainAddress address)
    {
        address = PlainAddress.TryRead(word.Text) ?? default;
        bool isThere = address.Mask != 0;
        if (!isThere)
        {
            context.Diagnostics.Report(ErrorCodes.BadAddress, word, $"{Show.Word(word.Text)} is not an address", "such as 192.0.2.1 or 192.0.2.0/24");
        }

        return isThere;
    }

    private static ValueReader<string> OneOf(string what, string[] words)
    {
        return Read;

        bool Read(Word word, ReadContext context, out string value)
        {
            value = word.Text.ToUpperInvariant();
            bool isThere = words.Contains(value);
            if (!isThere)
            {
                context.Diagnostics.Report(ErrorCodes.UnknownAlgorithm, word, $"{Show.Word(word.Text)} is not a {what}", Show.Choice(words));
            }

            return isThere;
        }
    }

    private static bool IsWhole(object state, Word place, ReadContext context)
    {
        bool isSound = state is not IpvsMatch { IsNone: true, AsksMore: true };
        if (!isSound)
        {
            context.Diagnostics.Report(
                ErrorCodes.ExcludedOption, place, "! --ipvs cannot stand with other options of ipvs", "a packet of no connection has none of them");
        }

        return isSound;
    }
}
