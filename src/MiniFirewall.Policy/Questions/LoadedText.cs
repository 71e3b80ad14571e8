namespace MiniFirewall.Policy.Questions;

/// <summary>What an expression of the kernel's nftables says of a packet, as a text (include/uapi/linux/netfilter/nf_tables.h).</summary>
/// <param name="Expression">Its name; its first attribute is the register.</param>
/// <param name="Argument">The second attribute, one byte.</param>
/// <param name="Unknown">What it says of a packet that it knows nothing of, 15 bytes at most.</param>
public sealed record LoadedText(string Expression, byte Argument, string Unknown)
{
    /// <summary>Bytes of the text in the register, zeros at its end.</summary>
    public const int Size = 16;
}
