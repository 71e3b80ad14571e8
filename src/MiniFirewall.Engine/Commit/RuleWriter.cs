using System.Diagnostics;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Engine.Reloads;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Changes the rules in force of one network namespace, one writer at a time: beside them where that can be, else as a whole. Whatever
/// throws has changed nothing.
/// </summary>
internal sealed class RuleWriter(EngineParts parts, NetworkNamespace network, NameLoader names)
{
    /// <summary>Compiles rules and has the verifier judge them; nothing changes.</summary>
    internal static void Check(RuleSet rules, ProgramSource programs)
    {
        using SharedObjects shared = SharedObjects.Make();
        GenerationLoader.Load(rules, shared, null, programs).Dispose();
    }

    internal ProgramSource ProgramsFor(ApplyOptions options) =>
        options.OnProof is { } tell ? ProvedPrograms.From(parts.Programs, tell) : parts.Programs;

    /// <summary>Puts a rule set in force. Its host names are asked for before the lock is taken.</summary>
    internal void Apply(RuleSet rules, ApplyOptions options)
    {
        KernelBtf.BeginToFind(KernelNames.Usual);
        NameBook known = names.Ask(rules, null, options.NameWait);
        using WriterSession session = OpenSession(options);
        ApplyWhole(session, _ => rules, _ => ProgramsFor(options), options, known);
    }

    /// <summary>Puts in force what is made of the rules in force: beside them where a few rules of one long chain differ.</summary>
    internal void Apply(Func<LoadedRuleSet?, RuleSet?> change, ApplyOptions options)
    {
        ListDifference? difference = null;
        using WriterSession session = OpenSession(options);
        ApplyWhole(
            session,
            running =>
            {
                LoadedRuleSet? before = running?.Read();
                RuleSet? after = change(before);
                difference = after is null || before is null ? null : ListDifference.TryFind(before.Rules, after);
                bool mayStandBeside = difference is not null && options is { Trial: null, OnProof: null };
                return mayStandBeside && TryPutBeside(session, running!, before!.Rules, difference!) ? null : after;
            },
            running => difference is { IsOfLongList: true } ? ChangingPrograms.From(ProgramsFor(options), running, difference.ChainName, difference.Families) : ProgramsFor(options),
            options);
    }

    /// <summary>Makes one command's change.</summary>
    /// <param name="change">Is given the rule set in force, or null, and returns it as the command leaves it.</param>
    internal void Change(RuleCommand command, Func<LoadedRuleSet?, RuleSet> change, TimeSpan? lockTimeout)
    {
        using WriterSession session = WriterSession.Open(parts.Root, network, lockTimeout);
        if (!WithinTrial(session, () => TryChange(session, command)))
        {
            KernelBtf.BeginToFind(KernelNames.Usual);
            session.CollectOwn();
            ApplyWhole(session, running => Changed(running?.Read(), command, change), running => ChangingPrograms.From(parts.Programs, running, command));
        }
    }

    /// <summary>A commit of what is made of the generation in force; null where there is nothing to do.</summary>
    internal void ApplyWhole(
        WriterSession session, Func<GenerationState?, RuleSet?> change, Func<GenerationState?, ProgramSource> programs, ApplyOptions? options = null, NameBook? known = null)
    {
        try
        {
            Commit(session, change, programs, options ?? new(), known);
        }
        catch
        {
            session.TryUndo();
            throw;
        }
    }

    /// <summary>Does what changes the generation in force by itself; where its trial ends meanwhile, it is not that any more.</summary>
    internal T WithinTrial<T>(WriterSession session, Func<T> work)
    {
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, network);
        ulong word = state?.Control.Word ?? 0;
        T result = work();
        return state is null || state.Control.Word == word ? result : throw CommitTrial.Over();
    }

    private WriterSession OpenSession(ApplyOptions options)
    {
        WriterSession session = WriterSession.Open(parts.Root, network, options.LockTimeout);
        try
        {
            session.Collect();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The rule set after a command; null where it leaves all as it is, counters too.</summary>
    private static RuleSet? Changed(LoadedRuleSet? running, RuleCommand command, Func<LoadedRuleSet?, RuleSet> change)
    {
        RuleSet changed = change(running);
        bool mayLeaveAll = command.Kind is RuleCommandKind.Flush or RuleCommandKind.DeleteChain || (command.Kind == RuleCommandKind.Policy && running is null);
        return mayLeaveAll && changed.Equals(running?.Rules ?? RuleSet.Empty) ? null : changed;
    }

    private bool TryChange(WriterSession session, RuleCommand command)
    {
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, network);
        using GenerationState? running = state?.TryOpenGeneration();
        return running is not null && HasSetsOf(command, running) && HookAttachment.Of(ProviderChoice.Of(state!.Directory)).IsComplete(state.Directory)
            && MadeBeside(session.Home, () => PolicyChange.TryMake(running, command, parts.AfterStep) || QuickChange.TryMake(state!, running, command, parts.AfterStep)
                || (Widening.TryMake(state, running, () => RuleEdit.TryStage(running.Store, command), parts.AfterStep) && QuickChange.TryMake(state!, running, command, parts.AfterStep)));
    }

    /// <summary>A command is read before the lock is held: sets may have become others.</summary>
    private static bool HasSetsOf(RuleCommand command, GenerationState running) =>
        command.Rules.All(rule => SetReference.In(rule).All(reference => running.Sets?.Has(reference.Set) == true));

    private bool TryPutBeside(WriterSession session, GenerationState running, RuleSet before, ListDifference difference)
    {
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, network);
        return state is { Control.IsOnTrial: false } && HookAttachment.Of(ProviderChoice.Of(state.Directory)).IsComplete(state.Directory)
            && MadeBeside(session.Home, () => QuickChange.TryMake(state, running, before, difference, parts.AfterStep)
                || (Widening.TryMake(state, running, () => ListEdit.TryStage(running.Store, before, difference), parts.AfterStep) && QuickChange.TryMake(state, running, before, difference, parts.AfterStep)));
    }

    /// <summary>Counts the time of a change that could be made.</summary>
    private bool MadeBeside(DirectoryHandle home, Func<bool> make)
    {
        long begun = Stopwatch.GetTimestamp();
        bool isMade = make();
        if (isMade)
        {
            ReloadTimesFile.Add(home, network, ReloadKind.Beside, Stopwatch.GetElapsedTime(begun));
        }

        return isMade;
    }

    /// <summary>The wait must start after the last switch: so once the lock is held, and not before.</summary>
    private static Task StartGracePeriod() =>
        Task.Factory.StartNew(GracePeriod.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Commit(
        WriterSession session, Func<GenerationState?, RuleSet?> change, Func<GenerationState?, ProgramSource> programs, ApplyOptions options, NameBook? known)
    {
        long begun = Stopwatch.GetTimestamp();
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, network);
        var trial = new CommitTrial(state?.Control.Word ?? 0, state?.Control.LastGeneration ?? 0, options.Trial);
        using GenerationState? running = state?.TryOpenGeneration();
        Task grace = running is null ? Task.CompletedTask : StartGracePeriod();
        if (change(running) is not { } changed)
        {
            return;
        }

        KernelBtf.BeginToFind(KernelNames.Usual);
        NameBook book = names.Ask(changed, known, options.NameWait);
        RuleSet rules = NameLoader.Fill(changed, book);

        using SharedObjects shared = running is null ? SharedObjects.Make() : SharedObjects.Open(state!.Directory);
        ProviderChoice.RequireAsked(shared.Provider);
        using LoadedGeneration next = GenerationLoader.Load(rules, shared, running, programs(running), trial.Part, options.Forms);
        options.BeforeChange?.Invoke();
        using var protocol = new CommitProtocol(session.Pins, network, shared, running, next, grace, trial);
        foreach (CommitStep step in protocol.Steps())
        {
            step.Run();
            parts.AfterStep(step.Name);
        }

        NameBookFile.Write(session.Home, network, book);
        ReloadTimesFile.Add(session.Home, network, ReloadKind.Whole, Stopwatch.GetElapsedTime(begun));
    }
}
