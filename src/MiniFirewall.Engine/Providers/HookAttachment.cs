using MiniFirewall.Bpf;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Providers;

/// <summary>How a provider brings a namespace's dispatchers onto hooks, and off them.</summary>
internal abstract class HookAttachment
{
    internal static HookAttachment Of(HookProvider provider) => provider == HookProvider.Bpf ? LinkAttachment.Instance : ModuleAttachment.Instance;

    /// <summary>The steps that put on hooks the dispatchers that are not there yet.</summary>
    /// <param name="directory">The namespace's.</param>
    /// <param name="keep">Is given what is to live until the commit ends.</param>
    internal abstract IEnumerable<CommitStep> AttachSteps(DirectoryHandle directory, SharedObjects shared, Action<IDisposable> keep);

    /// <summary>The step that has the kernel put fragments of a family together for as long as the generation is there.</summary>
    /// <param name="generation">The new generation's directory, when the step runs.</param>
    internal abstract CommitStep ReassemblyStep(Family family, GenerationState? running, Func<DirectoryHandle> generation, Action<IDisposable> keep);

    /// <summary>What is no longer needed once a generation without reassembly is in force.</summary>
    internal abstract void EndReassembly();

    /// <summary>The steps that put guards behind the chains that carry out targets, where they are not there yet (<see cref="GuardAttachment"/>).</summary>
    /// <param name="changes">The map of slots.</param>
    internal abstract IEnumerable<CommitStep> GuardSteps(DirectoryHandle directory, BpfMap changes, Action<IDisposable> keep);

    /// <summary>Takes the guards away where they are.</summary>
    internal abstract void EndGuards(DirectoryHandle directory);

    /// <summary>Takes the dispatchers and the guards off their hooks; the pins stay for whoever removes the directory.</summary>
    internal abstract void Detach(DirectoryHandle directory);

    /// <summary>Whether every dispatcher is on its hook: a change beside the rules in force is worth nothing else.</summary>
    internal abstract bool IsComplete(DirectoryHandle directory);

    /// <summary>Where the dispatchers are.</summary>
    internal abstract IEnumerable<AttachedLink> Attached(DirectoryHandle directory);
}
