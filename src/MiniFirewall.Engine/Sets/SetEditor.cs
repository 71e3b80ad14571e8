using System.Runtime.InteropServices;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Engine.Recent;
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
    internal int Edit(NamedSet set, SetEdit edit, SetElements given)
    {
        if (set.IsTable)
        {
            return EditTable(set, edit, given);
        }

        ReadOnlySpan<SetElement> elements = given.Span;
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

    /// <summary>Each element by itself; a set that is replaced has the new ones before it loses others.</summary>
    private int EditTable(NamedSet set, SetEdit edit, SetElements given)
    {
        DynamicSetMaps maps = sets.DynamicOf(set);
        ulong now = set.Details.Timeout is null ? 0 : TickClock.Read64();
        using var editor = new DynamicSetEditor(maps);
        int changed = 0;
        foreach (SetElement element in given.Span)
        {
            if (edit == SetEdit.Remove)
            {
                changed += editor.Remove(element) ? 1 : 0;
            }
            else if (maps.Find(element) is var found && (set.IsDynamic || found?.Element != element))
            {
                bool isOfFile = found?.IsOfFile == true;
                editor.Put(DynamicSetTimes.RecordOf(set, element, given.StateOf(element), now, isOfFile), now);
                changed++;
            }

            afterStep("change element");
        }

        if (edit != SetEdit.Replace)
        {
            return changed;
        }

        int gone = RemoveOthers(maps, editor, given);
        return set.IsDynamic ? changed + gone : given.Count;
    }

    private static int RemoveOthers(DynamicSetMaps maps, DynamicSetEditor editor, SetElements wanted)
    {
        HashSet<SetElement> kept = [.. wanted.Span.ToArray().Select(element => element.WithoutFlag())];
        int changed = 0;
        foreach (DynamicSetRecord record in maps.Read().Where(record => !kept.Contains(record.Element.WithoutFlag())))
        {
            changed += editor.Remove(record.Element) ? 1 : 0;
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
