using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Kernel.Tests.Support;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>A part of the classifier's image that decides packets.</summary>
public enum ImageSection
{
    Tuples,
    Chains,
    Slots,
    Entries,
    Refs,
    Nodes,
    Records,
    Ops,
}

/// <summary>Deliberate damage to the image that the compiler made.</summary>
internal static class Corruption
{
    /// <summary>One bit of a byte that is not zero turned over; a seed hits one place. Null where the section has no such byte.</summary>
    internal static CompiledFamily? One(CompiledFamily compiled, ImageSection section, int seed)
    {
        var random = new Random(seed);
        FilledMap map = compiled.Maps.Single();
        byte[] content = [.. map.Content];
        (int start, int end) = Place(ImageLayout.Read(content), section);
        int[] used = [.. Enumerable.Range(start, end - start).Where(at => content[at] != 0)];
        if (used.Length == 0)
        {
            return null;
        }

        content[used[random.Next(used.Length)]] ^= (byte)(1 << random.Next(8));
        return compiled with { Maps = [map with { Content = content }] };
    }

    private static (int Start, int End) Place(ImageLayout layout, ImageSection section) => section switch
    {
        ImageSection.Tuples => (layout.Tuples, layout.OddTuples),
        ImageSection.Chains => (layout.Chains, layout.Slots),
        ImageSection.Slots => (layout.Slots, layout.OddSlots),
        ImageSection.Entries => (layout.Entries, layout.Refs),
        ImageSection.Refs => (layout.Refs, layout.Nodes),
        ImageSection.Nodes => (layout.Nodes, layout.Records),
        ImageSection.Records => (layout.Records, layout.Ops),
        ImageSection.Ops => (layout.Ops, layout.Size),
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "no such section"),
    };
}
