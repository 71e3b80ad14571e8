using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Bpf;
using MiniFirewall.Netlink;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Engine.Changes;

/// <summary>
/// A step of a rule of nftables (include/uapi/linux/netfilter/nf_tables.h). Attributes are in network order, values in a register in the
/// machine's. There is one register here, and what loads it comes before what reads it; another keeps the packet's mark.
/// </summary>
internal sealed class NftExpression
{
    private const ushort ExpressionName = 1, ExpressionData = 2;
    private const ushort DataValue = 1, DataVerdict = 2, VerdictCode = 1, VerdictChain = 2;

    /// <summary>NFT_REG_VERDICT, NFT_REG_1, NFT_REG_2.</summary>
    private const uint VerdictRegister = 0, Register = 1, KeptMark = 2;

    /// <summary>NFT_META_PRIORITY, NFT_META_MARK, NFT_META_L4PROTO.</summary>
    private const uint Priority = 2, Mark = 3, LayerFourProtocol = 16;

    private readonly string _name;
    private readonly Body _body;

    private NftExpression(string name, Body body)
    {
        _name = name;
        _body = body;
    }

    private delegate void Body(ref MessageWriter message);

    /// <summary>Goes on where a program of type SOCKET_FILTER gives another result than 0 (xt_bpf by nft_compat). The program has to live until the rule is made.</summary>
    internal static NftExpression Bpf(BpfProgram program)
    {
        // struct xt_bpf_info_v1 (include/uapi/linux/netfilter/xt_bpf.h): u16 mode, u16 length, s32 descriptor, 512 bytes of path, the kernel's own pointer.
        const int InfoLength = 528, DescriptorAt = 4;
        const ushort ByDescriptor = 2;
        byte[] info = new byte[InfoLength];
        BinaryPrimitives.WriteUInt16LittleEndian(info, ByDescriptor);
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(DescriptorAt), program.DescriptorNumber);
        return OfXtables("match", "bpf", 1, info);
    }

    /// <summary>Lowers the segment size that a TCP packet tells of (xt_TCPMSS by nft_compat); drops a packet that it cannot read.</summary>
    /// <param name="size">Bytes, or <see cref="Compiler.Changes.ChangeSlot.PathSize"/>.</param>
    internal static NftExpression LowerSegmentSize(ushort size)
    {
        // struct xt_tcpmss_info: u16; information is filled up to eight bytes (XT_ALIGN).
        byte[] info = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(info, size);
        return OfXtables("target", "TCPMSS", 0, info);
    }

    /// <summary>Has a target carried out, whose verdict counts (nft_compat).</summary>
    /// <param name="information">Its structure.</param>
    internal static NftExpression Target(string name, byte revision, IEnumerable<byte> information) => OfXtables("target", name, revision, [.. information]);

    /// <summary>Goes on where a match of the kernel's holds (nft_compat).</summary>
    internal static NftExpression Match(string name, byte revision, IEnumerable<byte> information) => OfXtables("match", name, revision, [.. information]);

    /// <summary>register = the packet's protocol, one byte.</summary>
    internal static NftExpression LoadProtocol() => LoadMeta(LayerFourProtocol, Register);

    /// <summary>Goes on where the register has this byte.</summary>
    internal static NftExpression Is(byte value) => new("cmp", (ref MessageWriter message) =>
    {
        const ushort Source = 1, Operation = 2, Data = 3;
        const uint Equal = 0;
        message.AttributeBigEndian(Source, Register);
        message.AttributeBigEndian(Operation, Equal);
        int data = message.BeginNested(Data);
        message.Attribute(DataValue, value);
        message.EndNested(data);
    });

    /// <summary>register, and the three behind it = the text.</summary>
    internal static NftExpression LoadText(LoadedText text) => new(text.Expression, (ref MessageWriter message) =>
    {
        const ushort Destination = 1, Argument = 2;
        message.AttributeBigEndian(Destination, Register);
        message.Attribute(Argument, text.Argument);
    });

    /// <summary>Goes on where the register has another text.</summary>
    internal static NftExpression IsNot(string text) => new("cmp", (ref MessageWriter message) =>
    {
        const ushort Source = 1, Operation = 2, Data = 3;
        const uint NotEqual = 1;
        byte[] value = new byte[LoadedText.Size];
        Encoding.ASCII.GetBytes(text, value);
        message.AttributeBigEndian(Source, Register);
        message.AttributeBigEndian(Operation, NotEqual);
        int data = message.BeginNested(Data);
        message.Attribute(DataValue, value);
        message.EndNested(data);
    });

    /// <summary>Ends the table's part with the packet accepted.</summary>
    internal static NftExpression Accept() => Verdict(1, null);

    /// <summary>Has another chain's rules met, and goes on behind this one (NFT_JUMP).</summary>
    internal static NftExpression Jump(string chain) => Verdict(unchecked((uint)-3), chain);

    /// <summary>register = value.</summary>
    internal static NftExpression Load(uint value) => new("immediate", (ref MessageWriter message) =>
    {
        const ushort Destination = 1, Data = 2;
        message.AttributeBigEndian(Destination, Register);
        Value(ref message, Data, value);
    });

    /// <summary>register = the packet's mark.</summary>
    internal static NftExpression LoadMark() => LoadMeta(Mark, Register);

    /// <summary>Keeps the packet's mark.</summary>
    internal static NftExpression SaveMark() => LoadMeta(Mark, KeptMark);

    /// <summary>Gives the packet the mark that has been kept.</summary>
    internal static NftExpression RestoreMark() => SetMeta(Mark, KeptMark);

    /// <summary>Sets a bit of the register.</summary>
    internal static NftExpression SetBit(int bit) => new("bitwise", (ref MessageWriter message) =>
    {
        const ushort Source = 1, Destination = 2, Length = 3, Mask = 4, Xor = 5;
        message.AttributeBigEndian(Source, Register);
        message.AttributeBigEndian(Destination, Register);
        message.AttributeBigEndian(Length, sizeof(uint));
        Value(ref message, Mask, ~(1u << bit));
        Value(ref message, Xor, 1u << bit);
    });

    /// <summary>The packet's mark = register.</summary>
    internal static NftExpression SetMark() => SetMeta(Mark, Register);

    /// <summary>The packet's priority (skb->priority) = register.</summary>
    internal static NftExpression SetPriority() => SetMeta(Priority, Register);

    /// <summary>Writes what stands in an element of a rule's list.</summary>
    internal void Write(ref MessageWriter message)
    {
        message.Attribute(ExpressionName, _name);
        int data = message.BeginNested(ExpressionData);
        _body(ref message);
        message.EndNested(data);
    }

    private static NftExpression LoadMeta(uint key, uint register) => new("meta", (ref MessageWriter message) =>
    {
        const ushort Destination = 1, Key = 2;
        message.AttributeBigEndian(Key, key);
        message.AttributeBigEndian(Destination, register);
    });

    private static NftExpression SetMeta(uint key, uint register) => new("meta", (ref MessageWriter message) =>
    {
        const ushort Key = 2, Source = 3;
        message.AttributeBigEndian(Key, key);
        message.AttributeBigEndian(Source, register);
    });

    private static NftExpression Verdict(uint code, string? chain) => new("immediate", (ref MessageWriter message) =>
    {
        const ushort Destination = 1, Data = 2;
        message.AttributeBigEndian(Destination, VerdictRegister);
        int data = message.BeginNested(Data), verdict = message.BeginNested(DataVerdict);
        message.AttributeBigEndian(VerdictCode, code);
        if (chain is not null)
        {
            message.Attribute(VerdictChain, chain);
        }

        message.EndNested(verdict);
        message.EndNested(data);
    });

    /// <summary>A match or a target of xtables.</summary>
    private static NftExpression OfXtables(string kind, string name, uint revision, byte[] info) => new(kind, (ref MessageWriter message) =>
    {
        const ushort Name = 1, Revision = 2, Info = 3;
        message.Attribute(Name, name);
        message.AttributeBigEndian(Revision, revision);
        message.Attribute(Info, info);
    });

    private static void Value(ref MessageWriter message, ushort type, uint value)
    {
        int data = message.BeginNested(type);
        message.Attribute(DataValue, value);
        message.EndNested(data);
    }
}
