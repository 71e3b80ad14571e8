using System.Collections.Immutable;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine;

/// <summary>A dispatcher's place on a hook.</summary>
/// <param name="Id">The kernel's number for the link (bpftool link show id); 0 where the module has it there.</param>
/// <param name="ProgramId">The kernel's number for the dispatcher.</param>
public sealed record AttachedLink(HookPoint Point, uint Id, uint ProgramId)
{
    /// <summary>The hook's priority, where the module has it there; null of a link.</summary>
    public int? Priority { get; init; }
}

/// <summary>What is loaded where.</summary>
/// <param name="Generation">Number of the commit in force; 0 where packets meet no rules.</param>
/// <param name="AppliedAt">When it was applied; null where there is none.</param>
/// <param name="LostEvents">Events that found the ring buffer full, since the first commit.</param>
/// <param name="RejectsAreAnswered">Somebody answers rejected packets (<see cref="Rejecting.RejectService"/>).</param>
/// <param name="LostRejects">Rejected packets that found the ring buffer full, and got no answer, since the first commit.</param>
/// <param name="PacketsAreHanded">Somebody hands packets of NFLOG rules to netlink groups (<see cref="Handing.HandingService"/>).</param>
/// <param name="LostPackets">Packets for netlink groups that found the ring buffer full, since the first commit.</param>
/// <param name="Connections">The table of connections; null where no rule asks for connection state.</param>
/// <param name="Trial">The trial that the rules are on; null for none.</param>
/// <param name="IsBack">The rules are those before a trial that has ended, and nothing has been applied since.</param>
/// <param name="PinsDirectory">Where the namespace's pins are, or would be; seen from the mount namespace that holds them.</param>
/// <param name="OtherNamespaces">How many other network namespaces have rules.</param>
/// <param name="Collected">How many namespaces that nobody holds any more have been cleaned up just now.</param>
public sealed record FirewallStatus(
    NetworkNamespace Namespace,
    ulong Generation,
    DateTimeOffset? AppliedAt,
    ImmutableArray<AttachedLink> Links,
    ImmutableArray<LoadedProgram> Programs,
    ulong LostEvents,
    bool RejectsAreAnswered,
    ulong LostRejects,
    bool PacketsAreHanded,
    ulong LostPackets,
    ConnectionTableStatus? Connections,
    RunningTrial? Trial,
    bool IsBack,
    string PinsDirectory,
    int OtherNamespaces,
    int Collected)
{
    /// <summary>What puts the programs on hooks; of an empty state, what would.</summary>
    public HookProvider Provider { get; init; }
}
