using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j TEE: sends a copy of the packet to another machine, and goes on with the next rule (net/netfilter/xt_TEE.c).</summary>
/// <param name="Gateway">A machine of a network of our own.</param>
/// <param name="OutInterface">The copy leaves by this interface only; empty for any.</param>
public sealed record TeeTarget(HostMask Gateway, string OutInterface) : KernelTarget
{
    private const int LongestInterface = 15;

    public static TargetGrammar Grammar { get; } = new("TEE", new TeeTarget(default, ""))
    {
        Mandatory = ["gateway"],
        Options =
        [
            Option<TeeTarget>.Value<HostMask>(["gateway"], ReadGateway, (t, gateway, _) => t with { Gateway = gateway }),
            Option<TeeTarget>.Value(["oif"], TextReaders.FileName("interface", LongestInterface), (t, name, _) => t with { OutInterface = name }, takesText: true),
        ],
    };

    public override string Name => "TEE";

    protected override byte Revision => 1;

    public override FamilySet Families => Gateway.Family.ToSet();

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-j").Word("TEE").Word("--gateway").Word(Gateway.ToString());
        if (OutInterface.Length > 0)
        {
            writer.Word("--oif").Plain(OutInterface);
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("TEE").Word($"gw:{Gateway}");
        if (OutInterface.Length > 0)
        {
            writer.Word($"oif={OutInterface}");
        }
    }

    /// <summary>struct xt_tee_tginfo: 16 bytes of address, 16 of interface, the kernel's own pointer.</summary>
    protected override byte[] Information()
    {
        const int Length = 40, InterfaceAt = 16;
        byte[] information = new byte[Length];
        if (Gateway.Family == Family.IPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(information, (uint)Gateway.Address);
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(information, Gateway.Address);
        }

        Encoding.ASCII.GetBytes(OutInterface, information.AsSpan(InterfaceAt));
        return information;
    }

    private static bool ReadGateway(Word word, ReadContext context, out HostMask gateway)
    {
        if (!HostMask.ReadHost(word, context, out gateway))
        {
            return false;
        }

        if (gateway.Address == 0)
        {
            context.Diagnostics.Report(ErrorCodes.BadAddress, word, $"{Show.Word(word.Text)} is no machine's address", "the address of a machine of a network of yours");
        }

        return gateway.Address != 0;
    }
}
