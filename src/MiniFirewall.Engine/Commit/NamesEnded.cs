using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Commit;

/// <summary>What rules that have ended named beside themselves, and no other rule names.</summary>
/// <param name="Lists">Lists of recent addresses.</param>
/// <param name="Estimators">Rate estimators.</param>
/// <param name="Tables">Tables of rates.</param>
/// <param name="Changes">Whether no rule changes packets any more.</param>
/// <param name="KernelTables">Whether some tables of nftables may not be needed.</param>
/// <param name="Targets">Whether packets are handed to no target any more.</param>
internal sealed record NamesEnded(bool Lists, bool Estimators, ImmutableArray<(Family Family, string Name)> Tables, bool Changes, bool KernelTables, bool Targets)
{
    internal bool Any => Lists || Estimators || !Tables.IsEmpty || Changes || KernelTables || Targets;
}
