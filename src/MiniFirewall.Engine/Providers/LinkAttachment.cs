using MiniFirewall.Bpf;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Sys.BpfCalls;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Providers;

/// <summary>BPF links, pinned.</summary>
internal sealed class LinkAttachment : HookAttachment
{
    internal static LinkAttachment Instance { get; } = new();

    internal override IEnumerable<CommitStep> AttachSteps(DirectoryHandle directory, SharedObjects shared, Action<IDisposable> keep)
    {
        foreach (HookPoint point in HookPoint.All.Where(point => !directory.Contains(PinNames.Link(point))))
        {
            BpfLink? link = null;
            yield return new($"attach {point}", () => keep(link = DispatcherAttachment.Attach(point, shared)));
            yield return new($"pin link {point}", () => link!.Pin(directory.PathOf(PinNames.Link(point))));
        }
    }

    internal override CommitStep ReassemblyStep(Family family, GenerationState? running, Func<DirectoryHandle> generation, Action<IDisposable> keep)
    {
        string name = PinNames.Reassembly(family);
        return new($"pin {name}", () =>
        {
            BpfLink link = Reassembly.After(running, family);
            keep(link);
            link.Pin(generation().PathOf(name));
        });
    }

    /// <summary>The links are pinned in the directory of the generation that needs them, and go with it.</summary>
    internal override void EndReassembly()
    {
    }

    /// <summary>A pinned link is on its hook.</summary>
    internal override bool IsComplete(DirectoryHandle directory) => true;

    /// <summary>A link that only loses its pin leaves the hook some time later; a detached one has left it on return.</summary>
    internal override void Detach(DirectoryHandle directory)
    {
        foreach (HookPoint point in HookPoint.All)
        {
            string name = PinNames.Link(point);
            using BpfLink? link = BpfLink.TryOpen(directory.PathOf(name));
            link?.Detach();
            directory.Remove(name);
        }
    }

    internal override IEnumerable<AttachedLink> Attached(DirectoryHandle directory)
    {
        foreach (HookPoint point in HookPoint.All)
        {
            using BpfLink? link = BpfLink.TryOpen(directory.PathOf(PinNames.Link(point)));
            if (link is not null)
            {
                BpfLinkInfo info = link.Info();
                yield return new(point, info.Id, info.ProgramId);
            }
        }
    }
}
