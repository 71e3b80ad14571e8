using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>How large the rule sets are and how much is compared; environment variables make a run larger.</summary>
internal static class LargeBudget
{
    /// <summary>Rules of each kind of set before test runs.</summary>
    internal static int Rules => Read("MINIFW_LARGE_RULES", 20_000, 300);

    /// <summary>Packets of each family before each of those sets.</summary>
    internal static int Packets => Budget.Read("MINIFW_LARGE_PACKETS", 1000);

    /// <summary>Rules of the smaller list whose load is compared with that of a larger one.</summary>
    internal static int FewRules => Read("MINIFW_FEW_RULES", 1000, 200);

    /// <summary>Rules of the larger one.</summary>
    internal static int ManyRules => Read("MINIFW_MANY_RULES", 20_000, 1000);

    /// <summary>ClassBench sets with more lines are cut to this many.</summary>
    internal static int ClassBenchRules => Read("MINIFW_CLASSBENCH_RULES", 10_000, 300);

    /// <summary>Headers of a trace.</summary>
    internal static int ClassBenchPackets => Budget.Read("MINIFW_CLASSBENCH_PACKETS", 4096);

    /// <summary>Rules of each kind of set before real packets and the kernel's own iptables.</summary>
    internal static int RealRules => Read("MINIFW_LARGE_REAL_RULES", 1000, 300);

    /// <summary>Real packets of each family before each of those sets.</summary>
    internal static int RealPackets => Budget.Read("MINIFW_LARGE_REAL_PACKETS", 40);

    /// <summary>Commits under traffic.</summary>
    internal static int Reloads => Budget.Read("MINIFW_RELOADS", 50);

    /// <summary>Rules of each of the two sets that are committed in turn.</summary>
    internal static int ReloadRules => Read("MINIFW_RELOAD_RULES", 10_000, 200);

    /// <summary>Makes other sets and packets.</summary>
    internal static int Seed => Budget.Read("MINIFW_SEED", 1);

    /// <param name="inCode">What a compiler can take that writes code for every rule.</param>
    private static int Read(string variable, int usual, int inCode) => Budget.Read(variable, CompiledFamily.HasStructure ? usual : inCode);
}
