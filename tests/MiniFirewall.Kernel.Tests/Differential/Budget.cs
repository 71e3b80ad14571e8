using System.Globalization;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>How much the differential tests compare; environment variables make a run longer.</summary>
internal static class Budget
{
    /// <summary>Verdicts of evaluator and test run to compare.</summary>
    internal static int Verdicts => Read("MINIFW_VERDICTS", 1_000_000);

    /// <summary>Real packets to compare in evaluator, iptables and miniFirewall.</summary>
    internal static int RealPackets => Read("MINIFW_REAL_PACKETS", 20_000);

    /// <summary>Rule sets to commit through the engine.</summary>
    internal static int Commits => Read("MINIFW_COMMITS", 20);

    /// <summary>Of how many real rule files one is run; 1 for all of them.</summary>
    internal static int CorpusStep => Read("MINIFW_CORPUS_STEP", 6);

    /// <summary>Packets that each real rule file is given.</summary>
    internal static int CorpusPackets => Read("MINIFW_CORPUS_PACKETS", 150);

    /// <summary>How many times as long a command may take as on a usual machine.</summary>
    internal static int Patience => Read("MINIFW_PATIENCE", 1);

    internal static int Read(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
