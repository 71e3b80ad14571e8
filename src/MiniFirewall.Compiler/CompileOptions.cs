using System.Collections.Immutable;
using MiniFirewall.Compiler.Tracing;

namespace MiniFirewall.Compiler;

/// <summary>Where a program reads a packet's surroundings from.</summary>
public enum PrologueKind
{
    /// <summary>struct bpf_nf_ctx, for a netfilter link (kernel 6.4).</summary>
    Netfilter,

    /// <summary>As <see cref="Netfilter"/>, but interfaces and mark come from the map "testinput" (<see cref="TestInputLayout"/>).</summary>
    Test,
}

/// <summary>What the compiler is told beside the packet program.</summary>
public sealed record CompileOptions(PrologueKind Prologue = PrologueKind.Netfilter)
{
    /// <summary>What runs the programs.</summary>
    public ContextKind Context { get; init; }

    public ListStructure Structure { get; init; }

    /// <summary>
    /// Names of blocks whose statements are expected to change: programs with one of them look into the image, however short
    /// they are, where <see cref="ListStructure.Measured"/> has the choice.
    /// </summary>
    public ImmutableHashSet<string> Changing { get; init; } = [];

    /// <summary>How programs go round; <see cref="ContextKind.ModuleByProbes"/> is for kernels that have calls only.</summary>
    public LoopKind Loops { get; init; }

    /// <summary>The kernel's ticks a second (CONFIG_HZ).</summary>
    public int Hertz { get; init; } = MiniFirewall.Packets.KernelClock.UsualHertz;

    /// <summary>How far the kernel's time zone (sys_tz) is west of UTC, in minutes.</summary>
    public int MinutesWest { get; init; }

    /// <summary>
    /// Lists of recent addresses that are there already, with the times that each keeps of an address; the maps of others come with
    /// the programs.
    /// </summary>
    public ImmutableDictionary<string, int> RecentLists { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>
    /// The places of the rate estimators in a map that is there already; where there are none, a map of those that are asked for comes with
    /// the programs.
    /// </summary>
    public ImmutableDictionary<string, int> Estimators { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>What can be read of the kernel's own tracking, to which rules of other tables speak.</summary>
    public KernelTracking KernelTracking { get; init; } = KernelTracking.States | KernelTracking.Marks;

    /// <summary>
    /// Connections are tracked whether or not the programs at hand ask for their state: a rule set's hooks all track as soon as one of
    /// them asks.
    /// </summary>
    internal bool Tracks { get; init; }

    /// <summary>Some program hands packets to a target that takes a server's place in handshakes (<see cref="Connections.ProxiedState"/>).</summary>
    internal bool HasProxy { get; init; }

    internal bool HasMayGoto => Loops == LoopKind.MayGoto && Context != ContextKind.ModuleByProbes;

    /// <summary>Connections are tracked though no rule asks for their state, so that rules that may come back find them as they are.</summary>
    public bool AlwaysTracks { get; init; }

    /// <summary>Buckets of the table of connections, a power of two (<see cref="Connections.ConnectionTable"/>).</summary>
    public int ConnectionBuckets { get; init; } = Connections.ConnectionTable.DefaultBuckets;

    /// <summary>Images get room for rules to come.</summary>
    public bool HasSpare { get; init; }

    /// <summary>The program takes its headers from this trace, whatever the packet: for measurements. Null for none.</summary>
    public TraceLayout? Trace { get; init; }
}

/// <summary>What a kernel's own tracking of connections tells, where a packet has come by it.</summary>
[Flags]
public enum KernelTracking
{
    None = 0,

    /// <summary>Which packets are left out, and which connections were announced (skb->_nfct: CONFIG_NF_CONNTRACK).</summary>
    States = 1,

    /// <summary>Marks of connections (CONFIG_NF_CONNTRACK_MARK).</summary>
    Marks = 2,
}

/// <summary>How programs go round.</summary>
public enum LoopKind
{
    /// <summary>Linux 6.9 (may_goto).</summary>
    MayGoto,

    /// <summary>Linux 5.17 (bpf_loop).</summary>
    Calls,
}

/// <summary>How lists of statements become code.</summary>
public enum ListStructure
{
    /// <summary>The cheaper for the packet: straight code for short lists, the classifier for others.</summary>
    Measured,

    /// <summary>Statement after statement. Cost, and what the verifier has to see, grow with the list.</summary>
    Straight,

    /// <summary>The classifier.</summary>
    Classifier,
}
