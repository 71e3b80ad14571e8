using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Rules.Model;

/// <summary>What a target does with one kind of packet.</summary>
/// <param name="Kind">The steps that hold for this kind; a packet is of one kind only.</param>
/// <param name="Change">As <see cref="Target.Change"/>.</param>
public sealed record TargetPart(ImmutableArray<Step> Kind, PacketChange? Change, Outcome Outcome);
