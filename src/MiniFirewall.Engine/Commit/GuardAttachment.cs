using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.State;

namespace MiniFirewall.Engine.Commit;

/// <summary>Puts the guard behind the chains that carry out targets (<see cref="ChangeGuard"/>) on a hook point of the calling thread's network namespace.</summary>
internal static class GuardAttachment
{
    private static readonly FreePriority s_priority = new(TargetTable.PriorityBehind, 99);

    /// <param name="changes">The map of slots.</param>
    internal static BpfLink Attach(HookPoint point, BpfMap changes)
    {
        using BpfProgram guard = Load(changes);
        return s_priority.Attach(guard, point);
    }

    internal static BpfProgram Load(BpfMap changes) =>
        BpfProgram.Load(ChangeGuard.Program(), KernelBtf.Types, new Dictionary<string, BpfMap> { [WellKnownMaps.Changes] = changes });
}
