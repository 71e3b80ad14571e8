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

    internal override IEnumerable<CommitStep> GuardSteps(DirectoryHandle directory, BpfMap changes, Action<IDisposable> keep)
    {
        foreach (HookPoint point in HookPoint.All.Where(point => !directory.Contains(PinNames.Guard(point))))
        {
            BpfLink? link = null;
            yield return new($"guard {point}", () => keep(link = GuardAttachment.Attach(point, changes)));
            yield return new($"pin guard {point}", () => link!.Pin(directory.PathOf(PinNames.Guard(point))));
        }
    }

    internal override void EndGuards(DirectoryHandle directory) => Detach(directory, PinNames.Guard);

    /// <summary>A pinned link is on its hook.</summary>
    internal override bool IsComplete(DirectoryHandle directory) => true;

    internal override void Detach(DirectoryHandle directory)
    {
        Detach(directory, PinNames.Link);
        EndGuards(directory);
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

    /// <summary>A link that only loses its pin leaves the hook some time later; a detached one has left it on return.</summary>
    private static void Detach(DirectoryHandle directory, Func<HookPoint, string> pin)
    {
        foreach (string name in HookPoint.All.Select(pin))
        {
            using BpfLink? link = BpfLink.TryOpen(directory.PathOf(name));
            link?.Detach();
            directory.Remove(name);
        }
    }
}
