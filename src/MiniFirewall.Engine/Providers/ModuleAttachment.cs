using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Providers;

/// <summary>
/// The module minifw. It keeps hooks without a process, so a dispatcher's program is pinned before it is attached: a hook whose program
/// is not the pinned one is what a killed writer has left, and a pinned program that is on no hook is attached by the next writer (after
/// the module was away, too).
/// </summary>
internal sealed class ModuleAttachment : HookAttachment
{
    /// <summary>Where iptables' filter table is; the module shares priorities with anybody.</summary>
    private const int FilterPriority = 0;

    /// <summary>Behind everything that filters; its program accepts.</summary>
    private const int ReassemblyPriority = 10;

    internal static ModuleAttachment Instance { get; } = new();

    internal override IEnumerable<CommitStep> AttachSteps(DirectoryHandle directory, SharedObjects shared, Action<IDisposable> keep)
    {
        var dispatchers = new Dictionary<HookPoint, BpfProgram>();
        foreach (HookPoint point in HookPoint.All)
        {
            if (BpfProgram.TryOpen(directory.PathOf(PinNames.Dispatcher(point))) is { } pinned)
            {
                keep(pinned);
                dispatchers.Add(point, pinned);
                continue;
            }

            yield return new($"pin dispatcher {point}", () =>
            {
                BpfProgram program = BpfProgram.Load(
                    DispatcherCompiler.Compile(point.Hook, point.Family, ProviderChoice.ContextOf(HookProvider.Module)), KernelBtf.Types, shared.DispatcherMaps);
                keep(program);
                dispatchers.Add(point, program);
                program.Pin(directory.PathOf(PinNames.Dispatcher(point)));
            });
        }

        using HookModule module = Open();
        ILookup<ModulePlace, AttachedHook> attached = Own(module).ToLookup(hook => hook.Place);
        var missing = HookPoint.All.Where(point => !dispatchers.TryGetValue(point, out BpfProgram? program) || !attached[PlaceOf(point)].Any(hook => hook.ProgramId == program.Info().Id)).ToList();
        if (missing.Count != 0)
        {
            yield return new("attach", () => Attach(missing.ConvertAll(point => new ModuleHook(PlaceOf(point), dispatchers[point]))));
        }
    }

    internal override CommitStep ReassemblyStep(Family family, GenerationState? running, Func<DirectoryHandle> generation, Action<IDisposable> keep) =>
        new($"reassembly {family}", () =>
        {
            using HookModule module = Open();
            var place = new ModulePlace(family, Hook.Forward, ReassemblyPriority);
            if (!module.List().Any(hook => hook.Place == place))
            {
                using BpfProgram program = BpfProgram.Load(
                    Reassembly.AcceptAll(ProviderChoice.ContextOf(HookProvider.Module)), KernelBtf.Types, new Dictionary<string, BpfMap>());
                module.Attach(new ModuleHook(place, program, Defragment: true));
            }
        });

    internal override void EndReassembly() => Remove(hook => hook.Defragments);

    internal override IEnumerable<CommitStep> GuardSteps(DirectoryHandle directory, BpfMap changes, Action<IDisposable> keep)
    {
        yield return new("guard", () =>
        {
            using HookModule module = Open();
            HashSet<ModulePlace> guarded = [.. module.List().Where(IsGuard).Select(hook => hook.Place)];
            ModulePlace[] open = [.. HookPoint.All.Select(point => new ModulePlace(point.Family, point.Hook, TargetTable.PriorityBehind)).Where(place => !guarded.Contains(place))];
            if (open.Length != 0)
            {
                using BpfProgram guard = GuardAttachment.Load(changes);
                module.Attach([.. open.Select(place => new ModuleHook(place, guard))]);
            }
        });
    }

    internal override void EndGuards(DirectoryHandle directory) => Remove(IsGuard);

    internal override void Detach(DirectoryHandle directory) => Remove(_ => true);

    /// <summary>Who unloads the module takes the hooks away, and leaves the pins.</summary>
    internal override bool IsComplete(DirectoryHandle directory) => Attached(directory).Count() == HookPoint.All.Length;

    internal override IEnumerable<AttachedLink> Attached(DirectoryHandle directory)
    {
        using HookModule? module = HookModule.TryOpen();
        return module is null
            ? []
            : [.. Own(module).Where(hook => hook.ProgramName == DispatcherCompiler.Name).Select(hook => new AttachedLink(new(hook.Place.Hook, hook.Place.Family), 0, hook.ProgramId) { Priority = hook.Place.Priority })];
    }

    /// <summary>Those of a killed writer go, and the new ones come: both in the moment of a first apply, before which nothing is in force.</summary>
    private static void Attach(List<ModuleHook> hooks)
    {
        using HookModule module = Open();
        ModulePlace[] stale = [.. Own(module).Select(hook => hook.Place).Where(place => hooks.Exists(hook => hook.Place == place))];
        if (stale.Length != 0)
        {
            module.Detach(stale);
        }

        module.Attach(hooks);
    }

    private static void Remove(Func<AttachedHook, bool> which)
    {
        using HookModule? module = HookModule.TryOpen();
        ModulePlace[] places = module is null ? [] : [.. Own(module).Where(which).Select(hook => hook.Place)];
        if (places.Length != 0)
        {
            module!.Detach(places);
        }
    }

    /// <summary>Hooks whose programs have our names; others may use the module beside us.</summary>
    private static IEnumerable<AttachedHook> Own(HookModule module) =>
        module.List().Where(hook => hook.ProgramName is DispatcherCompiler.Name or Reassembly.Name or ChangeGuard.Name);

    private static bool IsGuard(AttachedHook hook) => hook.ProgramName == ChangeGuard.Name;

    private static ModulePlace PlaceOf(HookPoint point) => new(point.Family, point.Hook, FilterPriority);

    private static HookModule Open() => HookModule.TryOpen() ?? throw new FirewallException(
        FirewallFailure.Unsupported, "the kernel module minifw is not loaded: run 'minifw module load'");
}
