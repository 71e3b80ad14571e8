using System.Collections.Immutable;

namespace MiniFirewall.Engine.State.Store;

/// <summary>The chains of a store at one epoch, by both of their names.</summary>
internal sealed class ChainsInForce
{
    private readonly Dictionary<string, int> _byName = [], _byMadeName = [];

    private ChainsInForce(ImmutableArray<StoredChain> all)
    {
        All = all;
        for (int i = 0; i < all.Length; i++)
        {
            _byName.Add(all[i].Chain.Name, i);
            _byMadeName.Add(all[i].MadeName, i);
        }

        Targets = TargetNames.Of(all);
    }

    /// <summary>Those of the table that are left, and behind them those that came later, in their order.</summary>
    internal ImmutableArray<StoredChain> All { get; }

    /// <summary>What rules that go to them say.</summary>
    internal TargetNames Targets { get; }

    /// <summary>The index of a chain; null where there is none of that name.</summary>
    internal int? Find(string name) => _byName.TryGetValue(name, out int chain) ? chain : null;

    /// <summary>The index of the chain that was made with a name, whatever it is called now.</summary>
    internal int? FindMade(string name) => _byMadeName.TryGetValue(name, out int chain) ? chain : null;

    /// <param name="made">The chains of the table, in its order.</param>
    /// <param name="records">All that were in force at the epoch or before, in their order.</param>
    /// <param name="textOf">A record's text.</param>
    /// <param name="noRules">The place in the chunks of a chain that has no rules there.</param>
    internal static ChainsInForce Of(ImmutableArray<StoredChain> made, IReadOnlyList<RuleRecord> records, Func<RuleRecord, string> textOf, uint epoch, int noRules)
    {
        StoredChain?[] chains = [.. made, .. new StoredChain?[records.Count]];
        for (int i = 0; i < records.Count; i++)
        {
            RuleRecord record = records[i];
            if (record.From > epoch || epoch >= record.Until)
            {
                continue;
            }

            switch (record.Chain)
            {
                case RuleRecord.ChainItself:
                    chains[made.Length + i] = Late(textOf(record), record, noRules, made.Length + i);
                    break;
                case RuleRecord.ChainEnded:
                    chains[record.Label] = Without(chains[record.Label], record);
                    break;
                case RuleRecord.ChainShared when chains[record.Label] is { } shared:
                    chains[record.Label] = shared with { Chain = shared.Chain with { Families = shared.Chain.Families | record.Families } };
                    break;
                case RuleRecord.ChainRenamed when chains[record.Label] is { } renamed:
                    chains[record.Label] = renamed with { Chain = renamed.Chain with { Name = textOf(record) } };
                    break;
            }
        }

        return new([.. chains.OfType<StoredChain>()]);
    }

    private static StoredChain Late(string name, RuleRecord record, int noRules, int number) => new(new(name, null, record.Families, []), default, noRules, 0)
    {
        MadeName = record.Label == 0 ? name : TargetNames.MadeApart(name, number),
        Number = number,
    };

    private static StoredChain? Without(StoredChain? chain, RuleRecord end) => (chain?.Chain.Families & ~end.Families) switch
    {
        null or Packets.FamilySet.None => null,
        { } left => chain! with { Chain = chain.Chain with { Families = left } },
    };
}
