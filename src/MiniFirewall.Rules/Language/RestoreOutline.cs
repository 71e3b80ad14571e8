using MiniFirewall.Rules.Reading;

namespace MiniFirewall.Rules.Language;

/// <summary>What tables a restore text is for.</summary>
/// <param name="HasFilter">It has a filter table.</param>
/// <param name="Others">The tables that are not ours, in the text's order.</param>
/// <param name="Foreign">The text with the lines of those tables alone, each at the number that it has.</param>
public sealed record RestoreOutline(bool HasFilter, IReadOnlyList<string> Others, ReadOnlyMemory<byte> Foreign)
{
    /// <param name="text">UTF-8, or what is not filter's in any encoding.</param>
    /// <param name="only">The one table that is asked for, or null.</param>
    public static RestoreOutline Of(ReadOnlySpan<byte> text, string? only)
    {
        var lines = new RestoreLines(text);
        var sections = new RestoreSections(only);
        var foreign = new MemoryStream();
        List<string> others = [];
        bool hasFilter = false;
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            bool wasOpen = sections.IsOpen;
            RestoreLineKind kind = sections.Next(line, lines.IsEnded);
            hasFilter |= kind == RestoreLineKind.OpensFilter;
            if (kind == RestoreLineKind.Foreign)
            {
                foreign.Write(line);
                if (!wasOpen)
                {
                    others.Add(sections.Table);
                }
            }

            if (lines.IsEnded)
            {
                foreign.WriteByte((byte)'\n');
            }
        }

        return new RestoreOutline(hasFilter, others, foreign.GetBuffer().AsMemory(0, (int)foreign.Length));
    }
}
