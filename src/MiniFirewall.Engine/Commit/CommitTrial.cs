using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// What a commit does for a trial. The programs to go back to are put into slots of their own, where no commit touches them until the
/// trial is over, and a timer in the kernel is started; then one write puts the new generation in force and on trial.
/// </summary>
/// <param name="word">The word that the commit begins from.</param>
/// <param name="last">The highest number that a generation has had.</param>
/// <param name="request">The trial that begins, or whose time begins anew; null for none.</param>
internal sealed class CommitTrial(ulong word, ulong last, TrialRequest? request)
{
    internal const string Reserve = "fill reserve slot", Make = "pin trial", Arm = "start the timer";

    /// <summary>What the commit is to a trial.</summary>
    internal TrialPart Part => IsRunning ? TrialPart.GoesOn : request is not null ? TrialPart.Begins : TrialPart.None;

    /// <summary>
    /// A number that no generation has had. Its slots are not those of the generation in force: it has the other parity, where that one is
    /// not in reserve.
    /// </summary>
    internal ulong NextNumber
    {
        get
        {
            ulong running = word & WellKnownMaps.GenerationNumber, next = Math.Max(running, last) + 1;
            return running != 0 && !IsReserve && ((next ^ running) & 1) == 0 ? next + 1 : next;
        }
    }

    private bool IsRunning => (word & WellKnownMaps.GenerationOnTrial) != 0;

    private bool IsReserve => (word & WellKnownMaps.GenerationInReserve) != 0;

    /// <summary>The word that puts the generation before the trial back.</summary>
    private ulong BackTo => word == 0 ? 0 : word | WellKnownMaps.GenerationInReserve;

    /// <summary>The steps before the switch, once a grace period has passed.</summary>
    internal IEnumerable<CommitStep> Steps(DirectoryHandle directory, SharedObjects shared, GenerationState? running)
    {
        if (request is null)
        {
            yield break;
        }

        if (!IsRunning && !IsReserve && running is not null)
        {
            foreach (HookPoint point in HookPoint.All)
            {
                yield return new($"{Reserve} {point}", () => FillReserve(shared, running, point));
            }
        }

        if (!directory.Contains(PinNames.Trial))
        {
            yield return new(Make, () => MakeMap(directory));
        }

        yield return new(Arm, () => Start(directory, shared));
    }

    /// <summary>The commit.</summary>
    /// <exception cref="FirewallException">A trial has ended meanwhile.</exception>
    internal void Switch(SharedObjects shared)
    {
        using var control = new ControlWords(shared.Control);
        control.LastGeneration = NextNumber;
        ulong mark = Part == TrialPart.None ? 0 : WellKnownMaps.GenerationOnTrial;
        if (!control.TrySwitch(word, NextNumber | mark))
        {
            throw Over();
        }
    }

    /// <summary>What is said where the rules were to change on trial, and the trial has ended.</summary>
    internal static FirewallException Over() => new(
        FirewallFailure.Refused, "the trial of the rules has ended meanwhile, and those before it are in force again; nothing else has changed");

    private static void FillReserve(SharedObjects shared, GenerationState running, HookPoint point)
    {
        if (shared.Programs.MaxEntries <= DispatcherCompiler.Slot(WellKnownMaps.GenerationInReserve, point.Hook, point.Family))
        {
            throw new FirewallException(FirewallFailure.Refused, "the hooks are those of an older minifw, which has no trials; 'minifw off', and apply the rules again");
        }

        using BpfProgram program = running.TryOpenProgram(point)
            ?? throw new FirewallException(FirewallFailure.Refused, $"the pin {PinNames.Program(point)} is missing; run 'minifw off' and apply the rules again");
        shared.Programs.SetProgram(DispatcherCompiler.Slot(WellKnownMaps.GenerationInReserve, point.Hook, point.Family), program);
    }

    private static void MakeMap(DirectoryHandle directory)
    {
        using BpfMap map = BpfMap.Create(WellKnownMaps.TrialSpec);
        map.Pin(directory.PathOf(PinNames.Trial));
    }

    /// <summary>A trial that is running keeps what it goes back to.</summary>
    private void Start(DirectoryHandle directory, SharedObjects shared)
    {
        const int LeastPacket = 14;
        ulong backTo = IsRunning ? TrialState.TryRead(directory)?.BackTo ?? 0 : BackTo;
        using BpfMap map = SharedObjects.OpenMap(directory, PinNames.Trial);
        var maps = new Dictionary<string, BpfMap> { [WellKnownMaps.Trial] = map, [WellKnownMaps.Control] = shared.Control };
        using BpfProgram program = BpfProgram.Load(TrialTimer.Compile(backTo, request!.Time, (ulong)request.Kind), KernelBtf.Types, maps);
        if (program.TestRun(new byte[LeastPacket], []).Result != TrialTimer.Started)
        {
            throw new FirewallException(FirewallFailure.Refused, "the kernel's timer for the trial cannot be started; nothing has changed");
        }
    }
}
