using System.Text;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Reading;

/// <summary>What a line of a restore text is, by its beginning and by where it stands.</summary>
internal enum RestoreLineKind
{
    /// <summary>Blank, a comment, or of a table that is not asked for.</summary>
    PassedOver,
    OpensFilter,

    /// <summary>Opens, closes or stands in a table that is not ours and may be somebody else's.</summary>
    Foreign,

    /// <summary>Opens a table that nobody knows.</summary>
    OpensUnknown,

    /// <summary>"*" without a name.</summary>
    OpensNothing,
    Chain,
    Command,
    Commit,

    /// <summary>Stands in no table and says nothing there.</summary>
    Stray,
}

/// <summary>
/// Follows a restore text from table to table (iptables-restore.c, ip46tables_restore_main): which lines are the filter
/// table's, which another table's.
/// </summary>
/// <param name="only">The one table that is asked for, or null.</param>
internal sealed class RestoreSections(string? only)
{
    private static ReadOnlySpan<byte> Blanks => " \t"u8;
    private static ReadOnlySpan<byte> CommitWord => "COMMIT"u8;

    /// <summary>The table named last; empty before the first.</summary>
    internal string Table { get; private set; } = "";

    /// <summary>A table is open.</summary>
    internal bool IsOpen { get; private set; }

    /// <param name="isEnded">A line end follows; COMMIT is none without.</param>
    internal RestoreLineKind Next(ReadOnlySpan<byte> line, bool isEnded)
    {
        if ((line.IsEmpty && isEnded) || line is [(byte)'#', ..])
        {
            return Table == "filter" || !IsOpen ? RestoreLineKind.PassedOver : RestoreLineKind.Foreign;
        }

        if (!IsOpen)
        {
            return line is [(byte)'*', ..] ? Open(line[1..]) : only is not null && only != Table ? RestoreLineKind.PassedOver : RestoreLineKind.Stray;
        }

        bool closes = isEnded && line.SequenceEqual(CommitWord);
        IsOpen = !closes;
        return Table != "filter" ? RestoreLineKind.Foreign
            : closes ? RestoreLineKind.Commit
            : line is [(byte)':', ..] ? RestoreLineKind.Chain
            : RestoreLineKind.Command;
    }

    private RestoreLineKind Open(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> name = rest.TrimStart(Blanks);
        int end = name.IndexOfAny(Blanks);
        name = end < 0 ? name : name[..end];
        if (name.IsEmpty)
        {
            return RestoreLineKind.OpensNothing;
        }

        // The kernel's names have up to 31 bytes (XT_TABLE_MAXNAMELEN with its end).
        Table = Encoding.UTF8.GetString(name[..Math.Min(name.Length, 32)]);
        if (only is not null && only != Table)
        {
            return RestoreLineKind.PassedOver;
        }

        IsOpen = true;
        return Table == "filter" ? RestoreLineKind.OpensFilter
            : ForeignWords.Tables.Contains(Table) ? RestoreLineKind.Foreign
            : RestoreLineKind.OpensUnknown;
    }
}
