using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Testing.Large;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>How large the rule sets are and how much is compared; environment variables make a run larger.</summary>
internal static class LargeBudget
{
    /// <summary>Rules of each kind of set before test runs.</summary>
    internal static int Rules => Budget.Read("MINIFW_LARGE_RULES", 10_000);

    /// <summary>The kinds of sets to look at: all, or the one that MINIFW_LARGE_SET names.</summary>
    internal static IEnumerable<LargeSet> Sets => Environment.GetEnvironmentVariable("MINIFW_LARGE_SET") is { Length: > 0 } name
        ? [LargeSets.ByName(name)]
        : LargeSets.All;

    /// <summary>Rules of a set that is compiled in a way that the compiler would not choose for long lists, or not for short ones.</summary>
    internal static int FewRulesOfASet => Math.Min(300, Rules);

    /// <summary>Packets of each family before each of those sets.</summary>
    internal static int Packets => Budget.Read("MINIFW_LARGE_PACKETS", 1000);

    /// <summary>Rules of the smaller list whose load is compared with that of a larger one.</summary>
    internal static int FewRules => Budget.Read("MINIFW_FEW_RULES", 1000);

    /// <summary>Rules of the larger one.</summary>
    internal static int ManyRules => Budget.Read("MINIFW_MANY_RULES", 5_000);

    /// <summary>ClassBench sets with more lines are cut to this many.</summary>
    internal static int ClassBenchRules => Budget.Read("MINIFW_CLASSBENCH_RULES", 10_000);

    /// <summary>Headers of a trace.</summary>
    internal static int ClassBenchPackets => Budget.Read("MINIFW_CLASSBENCH_PACKETS", 4096);

    /// <summary>Rules of each kind of set before real packets and the kernel's own iptables.</summary>
    internal static int RealRules => Budget.Read("MINIFW_LARGE_REAL_RULES", 1000);

    /// <summary>Real packets of each family before each of those sets.</summary>
    internal static int RealPackets => Budget.Read("MINIFW_LARGE_REAL_PACKETS", 40);

    /// <summary>Commits under traffic.</summary>
    internal static int Reloads => Budget.Read("MINIFW_RELOADS", 50);

    /// <summary>Rules of each of the two sets that are committed in turn.</summary>
    internal static int ReloadRules => Budget.Read("MINIFW_RELOAD_RULES", 10_000);

    /// <summary>Makes other sets and packets.</summary>
    internal static int Seed => Budget.Read("MINIFW_SEED", 1);
}
