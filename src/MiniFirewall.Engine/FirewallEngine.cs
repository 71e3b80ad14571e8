using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Dns;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.Handing;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.Names.Passing;
using MiniFirewall.Engine.Recent;
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
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine;

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
    private readonly RuleWriter _writer;

    private FirewallEngine(NetworkNamespace network, EngineParts parts)
    {
        Namespace = network;
        _parts = parts;
        _names = new(parts, network);
        _writer = new(parts, network, _names);
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
        RequireOwnNamespace();
        ApplyOptions how = options ?? new();
        Refusals.Explained(() =>
        {
            if (how.CheckOnly)
            {
                RuleWriter.Check(rules, _writer.ProgramsFor(how));
            }
            else
            {
                _writer.Apply(rules, how);
            }
        });
    }

    /// <summary>
    /// As <see cref="Apply(RuleSet, ApplyOptions?)"/>, with rules made from those in force, which nobody else changes meanwhile. Where they
    /// differ from these in a few rules of one long chain, these are put beside the others, as <see cref="Change"/> does.
    /// </summary>
    /// <param name="change">Is given the rule set in force, or null, and returns the one to apply; null where there is nothing to do.</param>
    public void Apply(Func<LoadedRuleSet?, RuleSet?> change, ApplyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        RequireOwnNamespace();
        ApplyOptions how = options ?? new();
        Refusals.Explained(() =>
        {
            if (!how.CheckOnly)
            {
                _writer.Apply(change, how);
            }
            else if (change(Read()) is { } rules)
            {
                RuleWriter.Check(rules, _writer.ProgramsFor(how));
            }
        });
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
        Refusals.Explained(() => _writer.Change(command, change, lockTimeout));
    }

    /// <summary>Whether there are such rules: whether there is the chain that a command names, and in it each rule that it describes.</summary>
    public (bool Chain, bool Rules) Holds(RuleCommand command) => InForce(generation =>
    {
        ArgumentNullException.ThrowIfNull(command);
        return generation is null ? (RuleSet.Empty.Find(command.Chain!) is not null, false) : RuleSearch.Holds(generation.Store, command);
    });

    /// <summary>The rule set in force; null where there is none. Never waits for a writer.</summary>
    public LoadedRuleSet? Read() => InForce(generation =>
    {
        generation?.Sets?.ReadElements();
        return generation?.Read();
    });

    /// <summary>
    /// As <see cref="Read()"/>, where the chain has at least those of its rules that hold for the family, and others may have none: the
    /// other rules' texts are not read where that can be.
    /// </summary>
    public LoadedRuleSet? Read(string chain, Family family) => InForce(generation =>
    {
        ArgumentNullException.ThrowIfNull(chain);
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
    public uint Measure(Packet packet, int runs) => InForce(generation =>
    {
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
    public int EditSet(string name, SetEdit edit, Func<NamedSet, SetElements> elements, TimeSpan? lockTimeout = null) => Writing(lockTimeout, (session, generation) =>
    {
        ArgumentNullException.ThrowIfNull(elements);
        NamedSet set = SetLists.Find(generation?.Sets, name);
        return _writer.WithinTrial(session!, () => new SetEditor(generation!.Sets!, _parts.AfterStep).Edit(set, edit, elements(set)));
    });

    /// <summary>What becomes of changes of a set of the rules in force, where these are on trial; null where they are on none.</summary>
    /// <exception cref="FirewallException">There is no such set.</exception>
    public SetTrial? ReadSetTrial(string name) => InNamespace(state =>
    {
        using GenerationState? generation = state?.TryOpenGeneration();
        return SetTrial.Of(state!, generation!, SetLists.Find(generation?.Sets, name));
    });

    /// <summary>The sets of the rules in force, with their sizes; their elements are not read. Null where no rules are in force.</summary>
    public IReadOnlyList<SetSummary>? ReadSets() => InForce(generation =>
    {
        return generation is null ? null : SetLists.Summarize(generation.Sets);
    });

    /// <summary>The sets of the rules in force, for rules to name; nobody may ask these for their elements. Empty where no rules are in force.</summary>
    public ImmutableArray<NamedSet> ReadSetNames() => InForce(generation => generation?.Sets?.Named ?? []);

    /// <summary>A set of the rules in force, with its elements.</summary>
    /// <exception cref="FirewallException">There is no such set.</exception>
    public NamedSet ReadSet(string name) => InForce(generation =>
    {
        NamedSet set = SetLists.Find(generation?.Sets, name);
        _ = set.Elements.Span;
        return set;
    });

    /// <summary>
    /// Whether a set of the rules in force holds all of these: whole addresses and ports as a packet's, networks as elements.
    /// </summary>
    /// <param name="asked">Is given the set, whose elements are not to be asked for, and returns what is looked for.</param>
    /// <exception cref="FirewallException">There is no such set.</exception>
    public bool SetHolds(string name, Func<NamedSet, SetElements> asked) => InForce(generation =>
    {
        ArgumentNullException.ThrowIfNull(asked);
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

    private T WithRecent<T>(Func<RecentMaps, T> work) => InForce(generation =>
    {
        using RecentMaps maps = RecentMaps.Open(generation?.Directory);
        return work(maps);
    });

    /// <summary>The connections that the rules in force track; null where they ask for none.</summary>
    public LiveConnections? OpenConnections() => InForce(generation =>
    {
        if (generation is not null && TableMap.IsOfOtherVersion(generation.Directory))
        {
            throw new FirewallException(FirewallFailure.Refused, "the rules in force were loaded by another version of minifw, whose table of connections this one cannot read; apply the rules again: connections are then picked up anew");
        }

        return generation is null ? null : LiveConnections.TryOpen(generation.Directory);
    });

    /// <summary>What is set of connection tracking, all of it; null where nothing is tracked and nothing has been set.</summary>
    public IReadOnlyList<ConnectionSettingValue>? ReadConnectionSettings() => InForce(generation =>
    {
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
        using BpfMap tracking = (running is null ? null : TrackingSettings.TryOpenLive(running.Directory))
            ?? throw new FirewallException(FirewallFailure.Refused, "no rule in force here asks for connection state, so nothing of it can be set");
        byte[] before = TrackingSettings.Copy(tracking);
        TrackingSettings.Set(tracking, [.. values]);
        try
        {
            if (values.Any(set => set.Setting.Name == ConnectionSetting.Most))
            {
                _writer.ApplyWhole(session, generation => generation?.Read().Rules, _ => _parts.Programs);
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
    public RunningTrial? ReadTrial() => InNamespace(state => state?.ReadTrial());

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
            _writer.ApplyWhole(session, generation => generation?.Read().Rules, _ => _parts.Programs);
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
    public LoadedRuleSet? ResetCounters(Func<CountedPlace, bool> which, TimeSpan? lockTimeout = null) => Writing(lockTimeout, (_, generation) =>
    {
        ArgumentNullException.ThrowIfNull(which);
        return generation?.ResetCounters(which);
    });

    /// <summary>Does what -Z says, without a look at rules' texts.</summary>
    /// <returns>False where no rules are in force, or the command names what is not there.</returns>
    public bool ZeroCounters(RuleCommand command, TimeSpan? lockTimeout = null) => Writing(lockTimeout, (_, generation) =>
    {
        ArgumentNullException.ThrowIfNull(command);
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

    /// <summary>
    /// Whether packets become what rules in force want them to be: the chains behind the programs that change them are there. They may be gone, as
    /// after nft flush ruleset; the next commit puts them back.
    /// </summary>
    public bool ChangesAreMade(RuleSet rules) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        return ChainNeeds.Of(rules).AreMet();
    });

    /// <summary>The queues that a program listens to here (-j NFQUEUE).</summary>
    public ImmutableHashSet<int> ReadQueueListeners() => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        return QueueListeners.Read();
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

    /// <summary>Looks at what the kernel holds of this namespace; null where that is nothing. Never waits for a writer.</summary>
    private T InNamespace<T>(Func<NamespaceState?, T> look) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using HomeMount? home = HomeMount.TryOpen(_parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, Namespace);
        return look(state);
    });

    /// <summary>As <see cref="InNamespace"/>, at the generation in force.</summary>
    private T InForce<T>(Func<GenerationState?, T> look) => InNamespace(state =>
    {
        using GenerationState? generation = state?.TryOpenGeneration();
        return look(generation);
    });

    /// <summary>As <see cref="InForce"/>, where nobody else writes meanwhile; null and null where there is nothing to write to.</summary>
    private T Writing<T>(TimeSpan? lockTimeout, Func<WriterSession?, GenerationState?, T> work) => Refusals.Explained(() =>
    {
        RequireOwnNamespace();
        using WriterSession? session = WriterSession.TryOpenExisting(_parts.Root, Namespace, lockTimeout);
        using NamespaceState? state = session is null ? null : NamespaceState.TryOpen(session.Pins, Namespace);
        using GenerationState? generation = state?.TryOpenGeneration();
        return work(session, generation);
    });

    private void RequireOwnNamespace()
    {
        if (NetworkNamespace.OfCallingThread() != Namespace)
        {
            throw new InvalidOperationException($"this thread is not in network namespace {Namespace.Inode}, which the engine was opened in");
        }
    }
}
