using System.Runtime.InteropServices;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Engine.State;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Sets;

/// <summary>
/// Changes a set of the generation in force, whose lock its caller holds. Single elements are changed by stores into the image that
/// packets read; where it has no room, or not the prefix lengths, a new image is built and put in its place at one moment.
/// </summary>
internal sealed class SetEditor(SetState sets, Action<string> afterStep)
{
    /// <returns>How many elements have changed.</returns>
    internal int Edit(NamedSet set, SetEdit edit, ReadOnlySpan<SetElement> elements)
    {
        if (edit == SetEdit.Replace)
        {
            Replace(set, elements);
            return elements.Length;
        }

        SetImage image = sets.Arena.Image(set.Number, set.Type.Shape);
        int changed = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            SetChange change = edit == SetEdit.Add ? image.Add(elements[i]) : image.Remove(elements[i]);
            if (change == SetChange.NeedsNewImage)
            {
                return changed + AddToNew(set, image, elements[i..]);
            }

            changed += change == SetChange.Done ? 1 : 0;
            afterStep("change element");
        }

        return changed;
    }

    /// <summary>All elements of the image and the rest of the new ones, in a new image.</summary>
    private int AddToNew(NamedSet set, SetImage image, ReadOnlySpan<SetElement> rest)
    {
        List<SetElement> all = image.Elements();
        int changed = 0;
        foreach (SetElement element in rest)
        {
            changed += image.Find(element) == element ? 0 : 1;
            all.Add(element);
        }

        Replace(set, CollectionsMarshal.AsSpan(all));
        return changed;
    }

    private void Replace(NamedSet set, ReadOnlySpan<SetElement> elements)
    {
        // Memory that the image before the last one had may still be read by a packet that came before it was put out of force.
        GracePeriod.Wait();
        SetArena arena = sets.Arena;
        ulong word = arena.TryBuild(set.Number, set.Type.Shape, elements)
            ?? throw new FirewallException(FirewallFailure.Resource, $"there is no room for {elements.Length} elements in the {SetArena.Bytes >> 20} MiB of sets");
        afterStep("build set");
        arena.Put(set.Number, word);
        afterStep("switch set");
    }
}
