namespace MiniFirewall.Btf;

/// <summary>Where a member of a kernel struct lies, from the start of the named struct.</summary>
/// <param name="Offset">In bytes; of a bitfield, the byte that its first bit is in.</param>
/// <param name="Size">In bytes, the whole array for an array; 0 for a flexible array; of a bitfield, bytes it touches.</param>
/// <param name="ElementSize">Of an array, its innermost element's bytes; else equal to <paramref name="Size"/>.</param>
/// <param name="BitOffset">Of a bitfield, the first bit from the start of the struct; else 8 x <paramref name="Offset"/>.</param>
/// <param name="BitSize">Of a bitfield, its bits; else 0.</param>
public readonly record struct KernelMember(int Offset, int Size, int ElementSize, int BitOffset, int BitSize)
{
    public bool IsBitfield => BitSize != 0;

    public bool IsArray => ElementSize != Size;
}
