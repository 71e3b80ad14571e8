using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Meaning;

/// <summary>
/// Which statement each order of a chain is: the orders in use, ascending, are the statements in turn, but for those that
/// never match and have none.
/// </summary>
internal sealed class ChainAlignment(StatementEntries entries, StatementCheck checks, Findings findings)
{
    internal void Check(ChainStatements chain, ChainRow row)
    {
        int position = entries.From(row.First), end = entries.From(row.End);
        int missing = chain.Statements.Length - CountOrders(position, end);
        foreach (Statement statement in chain.Statements)
        {
            ReadOnlySpan<int> own = position < end ? entries.Of(position) : default;
            if (missing > 0 && (own.IsEmpty || checks.IsIdle(statement) || !checks.HasOutcome(own, statement, chain)))
            {
                missing--;
                CheckAbsent(chain, statement);
                continue;
            }

            if (own.IsEmpty)
            {
                return;
            }

            checks.Check(own, statement, chain);
            position += own.Length;
        }

        while (position < end)
        {
            findings.Add(chain.Name, Origin.None, $"order {entries.OrderAt(position)} is of no statement", "entries");
            position += entries.Of(position).Length;
        }
    }

    private void CheckAbsent(ChainStatements chain, Statement statement)
    {
        if (!checks.IsIdle(statement))
        {
            findings.Add(chain.Name, statement.Origin, "the image has no entry of it", "entries");
        }
    }

    private int CountOrders(int position, int end)
    {
        int count = 0;
        for (; position < end; position += entries.Of(position).Length)
        {
            count++;
        }

        return count;
    }
}
