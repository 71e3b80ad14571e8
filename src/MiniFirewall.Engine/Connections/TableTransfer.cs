using MiniFirewall.Compiler.Connections;

namespace MiniFirewall.Engine.Connections;

/// <summary>
/// Brings the connections of one table into another of another size: first while nobody looks into the new one, again and again until
/// little changes meanwhile; then once more, when nobody changes the old one any more, what was left. An entry's tag does not depend on
/// the table's size, so it is not computed again.
/// </summary>
/// <param name="now">The tick now: what has ended is left behind.</param>
internal sealed class TableTransfer(TableMemory from, TableMemory to, ulong now)
{
    private const int MostRounds = 8, FewChanges = 16, None = -1;

    /// <summary>Of <see cref="ConnectionTable.RanksAt"/>.</summary>
    private const uint MostKind = 3;

    /// <summary>Where the connection of a place of the old table is in the new one.</summary>
    private readonly int[] _targets = NoTargets(from.Places);

    /// <summary>Nobody else writes into the new table.</summary>
    internal void Copy()
    {
        for (uint kind = MostKind + 1; kind-- > 0;)
        {
            CopyKind(kind);
        }

        int changes = int.MaxValue;
        for (int round = 0; round < MostRounds && changes > FewChanges; round++)
        {
            changes = 0;
            for (int place = 0; place < from.Places; place++)
            {
                changes += Refresh(place) ? 1 : 0;
            }
        }
    }

    /// <summary>
    /// Nobody writes into the old table any more, and packets change the new one. A connection that both have is taken over again where
    /// packets have come to the old one since, and fewer to the new one.
    /// </summary>
    internal void CopyLate()
    {
        Span<byte> copy = stackalloc byte[ConnectionEntry.Size], there = stackalloc byte[ConnectionEntry.Size];
        for (int place = 0; place < from.Places; place++)
        {
            uint tag = from.TryCopy(place, copy);
            Connection connection = Connection.Read(copy);
            if (tag <= ConnectionTable.Claimed || !connection.IsLive(now))
            {
                continue;
            }

            int target = _targets[place] != None && to.TagAt(_targets[place]) == tag ? _targets[place] : to.Find(tag, copy);
            if (target == None)
            {
                to.TryInsert(tag, copy, from.Rank(place));
            }
            else if (to.TryCopy(target, there) == tag && Connection.Read(there) is var known && known.IsSameAs(connection) && PacketsOf(connection) > PacketsOf(known))
            {
                to.Overwrite(target, copy, from.Rank(place));
            }
        }
    }

    /// <summary>Those that count for more come first, and find room.</summary>
    private void CopyKind(uint kind)
    {
        for (int place = 0; place < from.Places; place++)
        {
            if (from.Rank(place) >> ConnectionTable.ClassShift == kind && from.TagAt(place) > ConnectionTable.Claimed)
            {
                Refresh(place);
            }
        }
    }

    private static ulong PacketsOf(in Connection connection) => connection.Original.Packets + connection.Reply.Packets;

    private static int[] NoTargets(int places)
    {
        var targets = new int[places];
        Array.Fill(targets, None);
        return targets;
    }

    /// <summary>Whether anything was new.</summary>
    private bool Refresh(int place)
    {
        Span<byte> copy = stackalloc byte[ConnectionEntry.Size], there = stackalloc byte[ConnectionEntry.Size];
        uint tag = from.TryCopy(place, copy);
        bool isLive = tag > ConnectionTable.Claimed && Connection.Read(copy).IsLive(now);
        int target = _targets[place];
        if (target != None)
        {
            bool isSame = to.TryCopy(target, there) == tag && copy.SequenceEqual(there);
            if (isLive && isSame)
            {
                return false;
            }

            to.Free(target);
            _targets[place] = None;
        }

        if (isLive)
        {
            _targets[place] = to.TryInsert(tag, copy, from.Rank(place));
        }

        return _targets[place] != None || target != None;
    }
}
