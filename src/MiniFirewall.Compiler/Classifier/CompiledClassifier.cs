using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier;

/// <summary>A map that programs name, with what user space puts into its only value before they are loaded.</summary>
/// <param name="Content">The value's bytes; may be shorter than it, the rest is zero.</param>
public sealed record MapImage(MapSpec Spec, ReadOnlyMemory<byte> Content);

/// <summary>The classifier image of one family's packet programs.</summary>
/// <param name="Bytes">As <see cref="ImageFormat"/> says.</param>
/// <param name="Chains">The number of each chain, by its block's name: blocks of equal name in one family's programs are the same chain.</param>
public sealed record ClassifierImage(ImageLayout Layout, byte[] Bytes, ImmutableDictionary<string, int> Chains)
{
    /// <summary>Ops of the longest program.</summary>
    public int LongestProgram { get; init; }
}
