using System.Collections.Immutable;
using System.Diagnostics;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Dns;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.Names.Passing;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Engine.Recent;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Engine.Reloads;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine;

/// <summary>What <see cref="FirewallEngine.Apply(RuleSet, ApplyOptions?)"/> is told beside the rules.</summary>
public sealed record ApplyOptions
{
    /// <summary>Only compiles the rules and lets the verifier judge them; nothing changes, and no lock is taken.</summary>
    public bool CheckOnly { get; init; }

    /// <summary>
    /// Where given, the classifier images are proved before anything changes, and what was proved is told here, each family
    /// by itself, in any order, on any thread. An image that is not proved is a <see cref="UnprovedImageException"/>.
    /// </summary>
    public Action<ImageProof>? OnProof { get; init; }

    /// <summary>
    /// How long name servers are waited for, all host names together; zero for not at all, null for what the settings of names say. What
    /// is known of a name already is not asked again before its time.
    /// </summary>
    public TimeSpan? NameWait { get; init; }

    /// <summary>
    /// The rules are for some time, or until <see cref="FirewallEngine.Confirm"/>; then those before are in force again, whatever has happened
    /// to any process. Where a trial is running, its time begins anew, and it goes back to the rules that it went back to before.
    /// </summary>
    public TrialRequest? Trial { get; init; }

    /// <summary>How long to wait while another process changes the rules; null for ever.</summary>
    public TimeSpan? LockTimeout { get; init; }
}

/// <summary>
/// The firewall of one network namespace. The kernel holds all state; this object holds none, so any process may make one
/// at any time. Members are to be called on threads of the namespace it was opened in. They throw
/// <see cref="FirewallException"/>, and a program that the verifier refuses throws <see cref="VerifierException"/>;
/// whatever throws has changed nothing.
/// </summary>
public sealed class FirewallEngine
{
    private readonly EngineParts _parts;
    private readonly NameLoader _names;

    private FirewallEngine(NetworkNamespace network, EngineParts parts)
    {
        Namespace = network;
        _parts = parts;
        _names = new(parts, network);
    }

    public NetworkNamespace Namespace { get; }

    internal EngineParts Parts => _parts;

    /// <summary>The firewall of the calling thread's network namespace.</summary>
    public static FirewallEngine Open() => Open(new EngineParts());

    internal static FirewallEngine Open(EngineParts parts) =>
        Refusals.Explained(() => new FirewallEngine(NetworkNamespace.OfCallingThread(), parts));

    /// <summary>
    /// Puts a rule set in force in place of the one before: every hook and both families at one moment. Rules that stay
    /// (same chain, same text) go on counting; rules with counters of their own start with those. Needs CAP_BPF,
    /// CAP_NET_ADMIN, CAP_PERFMON, and CAP_SYS_ADMIN where the state's file system is not mounted yet. Linux 6.4.
    /// </summary>
    public void Apply(RuleSet rules, ApplyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ApplyOptions how = options ?? new();
        Apply(how, () => rules, _ => rules, _ => ProgramsFor(how), rules);
    }

    /// <summary>
    /// As <see cref="Apply(RuleSet, ApplyOptions?)"/>, with rules made from those in force, which nobody else changes meanwhile. Where they
    /// differ from these in a few rules of one long chain, these are put beside the others, as <see cref="Change"/> does.
    /// </summary>
    /// <param name="change">Is given the rule set in force, or null, and returns the one to apply; null where there is nothing to do.</param>
    public void Apply(Func<LoadedRuleSet?, RuleSet?> change, ApplyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        ApplyOptions how = options ?? new();
        ListDifference? difference = null;
        Apply(
            how,
            () => change(Read()),
            running =>
            {
                LoadedRuleSet? before = running?.Read();
                RuleSet? after = change(before);
                difference = after is null || before is null ? null : ListDifference.TryFind(before.Rules, after);
                bool mayStandBeside = difference is not null && how is { Trial: null, OnProof: null };
                return mayStandBeside && TryPutBeside(running!, before!.Rules, difference!) ? null : after;
            },
            running => difference is { IsOfLongList: true } ? ChangingPrograms.From(ProgramsFor(how), running, difference.ChainName, difference.Families) : ProgramsFor(how),
            null);
    }

    private bool TryPutBeside(GenerationState running, RuleSet before, ListDifference difference)
    {
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        return state is { Control.IsOnTrial: false } && HookAttachment.Of(ProviderChoice.Of(state.Directory)).IsComplete(state.Directory)
            && MadeBeside(home!.Home, () => QuickChange.TryMake(running, before, difference, _parts.AfterStep));
    }

    /// <summary>Counts the time of a change that could be made.</summary>
    private bool MadeBeside(DirectoryHandle home, Func<bool> make)
    {
        long begun = Stopwatch.GetTimestamp();
        bool isMade = make();
        if (isMade)
        {
            ReloadTimesFile.Add(home, Namespace, ReloadKind.Beside, Stopwatch.GetElapsedTime(begun));
        }

        return isMade;
    }

    /// <summary>
    /// Makes one command's change of the rules in force. Where it can be made beside them it costs nothing that grows with
    /// them but a look through their numbers; else the rule set is applied as a whole.
    /// </summary>
    /// <param name="change">Is given the rule set in force, or null, and returns it as the command leaves it.</param>
    public void Change(RuleCommand command, Func<LoadedRuleSet?, RuleSet> change, TimeSpan? lockTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(change);
        RequireOwnNamespace();
        Refusals.Explained(() =>
        {
            using WriterSession session = WriterSession.Open(_parts.Root, Namespace, lockTimeout);
            if (!WithinTrial(session, () => TryChange(session, command)))
            {
                session.CollectOwn();
                ApplyWhole(session, running => Changed(running?.Read(), command, change), running => ChangingPrograms.From(_parts.Programs, running, command));
            }
        });
    }

    /// <summary>Whether there are such rules: whether there is the chain that a command names, and in it each rule that it describes.</summary>
    public (bool Chain, bool Rules) Holds(RuleCommand command) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(command);
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        return generation is null ? (RuleSet.Empty.Find(command.Chain!) is not null, false) : RuleSearch.Holds(generation.Store, command);
    });

    /// <summary>The rule set after a command; null where it leaves all as it is, counters too.</summary>
    private static RuleSet? Changed(LoadedRuleSet? running, RuleCommand command, Func<LoadedRuleSet?, RuleSet> change)
    {
        RuleSet changed = change(running);
        bool mayLeaveAll = command.Kind is RuleCommandKind.Flush or RuleCommandKind.DeleteChain || (command.Kind == RuleCommandKind.Policy && running is null);
        return mayLeaveAll && changed.Equals(running?.Rules ?? RuleSet.Empty) ? null : changed;
    }

    /// <summary>Does what changes the generation in force by itself; where its trial ends meanwhile, it is not that any more.</summary>
    private T WithinTrial<T>(WriterSession session, Func<T> work)
    {
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, Namespace);
        ulong word = state?.Control.Word ?? 0;
        T result = work();
        return state is null || state.Control.Word == word ? result : throw CommitTrial.Over();
    }

    private bool TryChange(WriterSession session, RuleCommand command)
    {
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, Namespace);
        using GenerationState? running = state?.TryOpenGeneration();
        return running is not null && HookAttachment.Of(ProviderChoice.Of(state!.Directory)).IsComplete(state.Directory)
            && MadeBeside(session.Home, () => PolicyChange.TryMake(running, command, _parts.AfterStep) || QuickChange.TryMake(running, command, _parts.AfterStep));
    }

    /// <param name="ahead">The rules where they are known by now: their host names are asked for before the lock is taken.</param>
    private void Apply(
        ApplyOptions options, Func<RuleSet?> toCheck, Func<GenerationState?, RuleSet?> change, Func<GenerationState?, ProgramSource> programs, RuleSet? ahead)
    {
        RequireOwnNamespace();
        if (options.CheckOnly)
        {
            Refusals.Explained(() =>
            {
                if (toCheck() is { } rules)
                {
                    Check(rules, options);
                }
            });
            return;
        }

        Refusals.Explained(() =>
        {
            NameBook? known = ahead is null ? null : _names.Ask(ahead, null, options.NameWait);
            using WriterSession session = WriterSession.Open(_parts.Root, Namespace, options.LockTimeout);
            session.Collect();
            ApplyWhole(session, change, programs, options, known);
        });
    }

    private void ApplyWhole(
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

    /// <summary>The rule set in force; null where there is none. Never waits for a writer.</summary>
    public LoadedRuleSet? Read() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        generation?.Sets?.ReadElements();
        return generation?.Read();
    });

    /// <summary>
    /// As <see cref="Read()"/>, where the chain has at least those of its rules that hold for the family, and others may have none: the
    /// other rules' texts are not read where that can be.
    /// </summary>
    public LoadedRuleSet? Read(string chain, Family family) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(chain);
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        if (generation?.ReadChain(chain, family) is { } one)
        {
            return one;
        }

        generation?.Sets?.ReadElements();
        return generation?.Read();
    });

    /// <summary>
    /// Nanoseconds that the program in force takes for a packet, the test run's own loop of about 27 ns included. Its counters
    /// count every run; interfaces are those of test runs (<see cref="NetfilterTestInput"/>), not the packet's.
    /// </summary>
    /// <exception cref="FirewallException">No rules are in force.</exception>
    public uint Measure(Packet packet, int runs) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        using BpfProgram? program = generation?.TryOpenProgram(new HookPoint(packet.Hook, packet.Family));
        return program is null
            ? throw new FirewallException(FirewallFailure.Refused, "no rules are loaded in this network namespace")
            : program.TestRun(packet.Family, packet.Hook, packet.Bytes, runs).Nanoseconds;
    });

    /// <summary>
    /// Changes a set of the rules in force. No program is loaded: packets see each element before or after its change, and
    /// replaced elements all at one moment.
    /// </summary>
    /// <param name="elements">Is given the set, and returns the elements.</param>
    /// <returns>How many elements have changed.</returns>
    /// <exception cref="FirewallException">There is no such set.</exception>
    public int EditSet(string name, SetEdit edit, Func<NamedSet, SetElements> elements, TimeSpan? lockTimeout = null) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(elements);
        RequireOwnNamespace();
        using WriterSession? session = WriterSession.TryOpenExisting(_parts.Root, Namespace, lockTimeout);
        using NamespaceState? state = session is null ? null : NamespaceState.TryOpen(session.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        NamedSet set = SetLists.Find(generation?.Sets, name);
        return WithinTrial(session!, () => new SetEditor(generation!.Sets!, _parts.AfterStep).Edit(set, edit, elements(set)));
    });

    /// <summary>What becomes of changes of a set of the rules in force, where these are on trial; null where they are on none.</summary>
    /// <exception cref="FirewallException">There is no such set.</exception>
    public SetTrial? ReadSetTrial(string name) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        return SetTrial.Of(state!, generation!, SetLists.Find(generation?.Sets, name));
    });

    /// <summary>The sets of the rules in force, with their sizes; their elements are not read. Null where no rules are in force.</summary>
    public IReadOnlyList<SetSummary>? ReadSets() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        return generation is null ? null : SetLists.Summarize(generation.Sets);
    });

    /// <summary>A set of the rules in force, with its elements.</summary>
    /// <exception cref="FirewallException">There is no such set.</exception>
    public NamedSet ReadSet(string name) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        NamedSet set = SetLists.Find(generation?.Sets, name);
        _ = set.Elements.Span;
        return set;
    });

    /// <summary>
    /// Whether a set of the rules in force holds all of these: whole addresses and ports as a packet's, networks as elements.
    /// </summary>
    /// <param name="asked">Is given the set, whose elements are not to be asked for, and returns what is looked for.</param>
    /// <exception cref="FirewallException">There is no such set.</exception>
    public bool SetHolds(string name, Func<NamedSet, SetElements> asked) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(asked);
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        NamedSet set = SetLists.Find(generation?.Sets, name);
        return SetLists.Holds(generation!.Sets!, set, asked(set).Span);
    });

    /// <summary>The lists of recent addresses of the rules in force, by name; empty where there are none.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<RecentEntry>> ReadRecent() => WithRecent(
        maps => maps.ByName.ToImmutableSortedDictionary(list => list.Key, list => RecentReader.Read(list.Value), StringComparer.Ordinal));

    /// <summary>A list of recent addresses of the rules in force; the one that was seen longest ago comes first.</summary>
    /// <exception cref="FirewallException">There is no such list.</exception>
    public ImmutableArray<RecentEntry> ReadRecent(string name) => WithRecent(maps => RecentReader.Read(RecentReader.Find(maps, name)));

    /// <summary>Changes a list of recent addresses of the rules in force, as a packet would.</summary>
    /// <param name="action">Set, Remove, or Flush, for which the address is any.</param>
    /// <returns>False where there was no such address to remove.</returns>
    /// <exception cref="FirewallException">There is no such list.</exception>
    public bool ChangeRecent(string name, RecentAction action, Family family, UInt128 address) =>
        WithRecent(maps => RecentEditor.Change(name, RecentReader.Find(maps, name), action, family, address));

    private T WithRecent<T>(Func<RecentMaps, T> work) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        using RecentMaps maps = RecentMaps.Open(generation?.Directory);
        return work(maps);
    });

    /// <summary>The connections that the rules in force track; null where they ask for none.</summary>
    public LiveConnections? OpenConnections() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        if (generation is not null && TableMap.IsOfOtherVersion(generation.Directory))
        {
            throw new FirewallException(FirewallFailure.Refused, "the rules in force were loaded by another version of minifw, whose table of connections this one cannot read; apply the rules again: connections are then picked up anew");
        }

        return generation is null ? null : LiveConnections.TryOpen(generation.Directory);
    });

    /// <summary>What is set of connection tracking, all of it; null where nothing is tracked and nothing has been set.</summary>
    public IReadOnlyList<ConnectionSettingValue>? ReadConnectionSettings() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        using BpfMap? tracking = generation is null ? null : TrackingSettings.TryOpen(generation.Directory);
        return tracking is null ? null : (IReadOnlyList<ConnectionSettingValue>)TrackingSettings.Read(TrackingSettings.Copy(tracking));
    });

    /// <summary>
    /// Sets settings of connection tracking by hand: at once, and for as long as no rule set says otherwise. Another size of the table
    /// is a commit of the rules in force with a new table.
    /// </summary>
    /// <exception cref="FirewallException">Nothing is tracked here.</exception>
    public void SetConnections(IReadOnlyList<ConnectionSettingValue> values, TimeSpan? lockTimeout = null) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(values);
        RequireOwnNamespace();
        using WriterSession session = WriterSession.Open(_parts.Root, Namespace, lockTimeout);
        session.CollectOwn();
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, Namespace);
        using GenerationState? running = state?.TryOpenGeneration();
        using BpfMap tracking = (running is null ? null : TrackingSettings.TryOpen(running.Directory))
            ?? throw new FirewallException(FirewallFailure.Refused, "no rule in force here asks for connection state, so nothing of it can be set");
        byte[] before = TrackingSettings.Copy(tracking);
        TrackingSettings.Set(tracking, [.. values]);
        try
        {
            if (values.Any(set => set.Setting.Name == ConnectionSetting.Most))
            {
                ApplyWhole(session, generation => generation?.Read().Rules, _ => _parts.Programs);
            }
        }
        catch
        {
            TrackingSettings.Restore(tracking, before);
            throw;
        }
    });

    /// <summary>The host names of the rules in force with what is known of them; null where no rules are in force.</summary>
    public ImmutableArray<KnownName>? ReadNames() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        return Listed(new NameKeeper(_parts, Namespace, NameSettings.Default).Read());
    });

    /// <summary>Asks for all host names of the rules in force now, and makes true what is said; as <see cref="ReadNames"/> then.</summary>
    public ImmutableArray<KnownName>? RefreshNames() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        return Listed(new NameKeeper(_parts, Namespace, _names.Settings()).Refresh(_ => true, []));
    });

    private static ImmutableArray<KnownName>? Listed(NameBook? book) => book is null ? null : [.. book.Names];

    /// <summary>The trial that the rules in force are on; null where they are on none.</summary>
    public RunningTrial? ReadTrial() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        return state?.ReadTrial();
    });

    /// <summary>Ends the trial: the rules in force stay.</summary>
    /// <exception cref="FirewallException">They are on no trial, or it is over.</exception>
    public void Confirm(TimeSpan? lockTimeout = null) => EndTrial(lockTimeout, (session, state, word) =>
    {
        if (!state.Control.TrySwitch(word, word & WellKnownMaps.GenerationNumber))
        {
            throw CommitTrial.Over();
        }

        // What the trial has shared with the rules before it and these do not want is theirs to settle now.
        using GenerationState running = state.TryOpenGeneration()!;
        if (!ConnectionMaps.IsAsWanted(running))
        {
            ApplyWhole(session, generation => generation?.Read().Rules, _ => _parts.Programs);
        }
    });

    /// <summary>Ends the trial: the rules before it are in force again.</summary>
    /// <exception cref="FirewallException">The rules in force are on no trial, or it is over.</exception>
    public void GoBack(TimeSpan? lockTimeout = null) => EndTrial(lockTimeout, (_, state, word) =>
    {
        if (!state.Control.TrySwitch(word, TrialState.TryRead(state.Directory)?.BackTo ?? 0))
        {
            throw CommitTrial.Over();
        }
    });

    private void EndTrial(TimeSpan? lockTimeout, Action<WriterSession, NamespaceState, ulong> end) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using WriterSession? session = WriterSession.TryOpenExisting(_parts.Root, Namespace, lockTimeout);
        using (NamespaceState? state = session is null ? null : NamespaceState.TryOpen(session.Pins, Namespace))
        {
            if (state?.Control is not { IsOnTrial: true, Word: var word })
            {
                string over = state?.Control.IsBack == true ? "; the rules before the last trial are in force again" : "";
                throw new FirewallException(FirewallFailure.Refused, $"the rules in force here are on no trial{over}");
            }

            end(session!, state, word);
        }

        session!.CollectOwn();
    });

    /// <summary>Takes all rules away, at one moment, and then everything that the firewall has in the kernel.</summary>
    public void Off(TimeSpan? lockTimeout = null) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using WriterSession? session = WriterSession.TryOpenExisting(_parts.Root, Namespace, lockTimeout);
        if (session is not null)
        {
            Leftovers.RemoveAll(session.Pins, Namespace.Name);
            NameBookFile.Write(session.Home, Namespace, NameBook.Empty);
            session.Home.Remove(ReloadTimesFile.NameOf(Namespace));
            RejectWatch.EndWhereAbandoned(session.Home, Namespace);
            session.Collect();
        }
    });

    /// <summary>Sets counters to zero and returns the rule set with the counters that they had.</summary>
    /// <param name="which">Chooses the rules and policies.</param>
    public LoadedRuleSet? ResetCounters(Func<CountedPlace, bool> which, TimeSpan? lockTimeout = null) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(which);
        RequireOwnNamespace();
        using WriterSession? session = WriterSession.TryOpenExisting(_parts.Root, Namespace, lockTimeout);
        using NamespaceState? state = session is null ? null : NamespaceState.TryOpen(session.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        return generation?.ResetCounters(which);
    });

    /// <summary>Does what -Z says, without a look at rules' texts.</summary>
    /// <returns>False where no rules are in force, or the command names what is not there.</returns>
    public bool ZeroCounters(RuleCommand command, TimeSpan? lockTimeout = null) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(command);
        RequireOwnNamespace();
        using WriterSession? session = WriterSession.TryOpenExisting(_parts.Root, Namespace, lockTimeout);
        using NamespaceState? state = session is null ? null : NamespaceState.TryOpen(session.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        if (generation is null || ZeroedSlots.Of(generation.Store, command) is not { } slots)
        {
            return false;
        }

        generation.ResetCounters(slots, command.Families == FamilySet.IPv6 ? Family.IPv6 : Family.IPv4);
        return true;
    });

    /// <summary>What is loaded where, after a look for namespaces that nobody holds any more.</summary>
    public FirewallStatus Status() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        return StatusReader.Read(_parts.Root, Namespace);
    });

    /// <summary>How long changes of the rules took, one for each kind.</summary>
    public ImmutableArray<ReloadTimes> ReadReloads() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        return home is null ? [] : ReloadTimesFile.Read(home.Home, Namespace);
    });

    /// <summary>Reads events from now on; null where no rules are in force.</summary>
    /// <param name="withDrops">Dropped packets are events too meanwhile.</param>
    /// <exception cref="FirewallException">Somebody else reads them.</exception>
    public EventReader? OpenEvents(bool withDrops = true) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        return EventReader.TryOpen(_parts.Root, Namespace, withDrops);
    });

    /// <summary>
    /// Does from now on what BPF programs cannot do for the rules of this namespace, on threads of its own, until it is told to stop: answers
    /// rejected packets, hands packets to netlink groups, keeps host names true.
    /// </summary>
    /// <param name="onReady">Called once, when it is the one that does so.</param>
    /// <param name="complain">Is told what goes wrong and does not end the service; on any thread.</param>
    /// <exception cref="FirewallException">Somebody else does.</exception>
    public ServiceTally Serve(TokenRate rate, Action<RunningService> onReady, Action<string> complain, CancellationToken stop) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(onReady);
        RequireOwnNamespace();
        NameSettings settings = _names.Settings();
        var names = new NameService(_parts, Namespace, new NameKeeper(_parts, Namespace, settings), complain);
        var answers = new AnswerService(settings, () => names.Named, names.Learn, complain);
        using var service = NamespaceService.Open(_parts.Root, Namespace, rate, names, answers);
        onReady(service.Running);
        return service.Run(stop);
    });

    /// <summary>The wait must start after the last switch: so once the lock is held, and not before.</summary>
    private static Task StartGracePeriod() =>
        Task.Factory.StartNew(GracePeriod.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Check(RuleSet rules, ApplyOptions options)
    {
        using SharedObjects shared = SharedObjects.Make();
        GenerationLoader.Load(rules, shared, null, ProgramsFor(options)).Dispose();
    }

    private void Commit(
        WriterSession session, Func<GenerationState?, RuleSet?> change, Func<GenerationState?, ProgramSource> programs, ApplyOptions options, NameBook? known)
    {
        long begun = Stopwatch.GetTimestamp();
        using NamespaceState? state = NamespaceState.TryOpen(session.Pins, Namespace);
        var trial = new CommitTrial(state?.Control.Word ?? 0, state?.Control.LastGeneration ?? 0, options.Trial);
        using GenerationState? running = state?.TryOpenGeneration();
        Task grace = running is null ? Task.CompletedTask : StartGracePeriod();
        if (change(running) is not { } changed)
        {
            return;
        }

        NameBook names = _names.Ask(changed, known, options.NameWait);
        RuleSet rules = NameLoader.Fill(changed, names);

        using SharedObjects shared = running is null ? SharedObjects.Make() : SharedObjects.Open(state!.Directory);
        ProviderChoice.RequireAsked(shared.Provider);
        using LoadedGeneration next = GenerationLoader.Load(rules, shared, running, programs(running), trial.Part);
        using var protocol = new CommitProtocol(session.Pins, Namespace, shared, running, next, grace, trial);
        foreach (CommitStep step in protocol.Steps())
        {
            step.Run();
            _parts.AfterStep(step.Name);
        }

        NameBookFile.Write(session.Home, Namespace, names);
        ReloadTimesFile.Add(session.Home, Namespace, ReloadKind.Whole, Stopwatch.GetElapsedTime(begun));
    }

    private ProgramSource ProgramsFor(ApplyOptions options) =>
        options.OnProof is { } tell ? ProvedPrograms.From(_parts.Programs, tell) : _parts.Programs;

    private void RequireOwnNamespace()
    {
        if (NetworkNamespace.OfCallingThread() != Namespace)
        {
            throw new InvalidOperationException($"this thread is not in network namespace {Namespace.Inode}, which the engine was opened in");
        }
    }
}
