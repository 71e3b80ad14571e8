using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State;

/// <summary>Names of the pins of a network namespace's directory, and of those in a generation's directory in it. No dots: bpffs refuses them.</summary>
internal static class PinNames
{
    internal const string Control = "control", Programs = "programs", Events = "events", Rejects = "rejects", Packets = "packets", Answers = "answers", Changes = "changes", Findings = "findings";
    internal const string Counters = "counters", Carried = "carried", Base = "base", Rules = "rules", Epoch = "epoch";

    /// <summary>The timer of a rule set on trial.</summary>
    internal const string Trial = "trial";

    /// <summary>The arena of sets, and the map that says what they are.</summary>
    internal const string Sets = "sets", SetNames = "setnames";

    /// <summary>The addresses of live host names.</summary>
    internal const string Hosts = "hosts";

    /// <summary>Rate estimators, and which of them are the generation's.</summary>
    internal const string Estimators = "estimators", EstimatorNames = "estimatornames";

    private const string GenerationPrefix = "generation-";

    /// <summary>A list of recent addresses, numbered from 0 on.</summary>
    internal static string Recent(int number) => $"recent-{number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The header and the elements of a set whose elements change while packets come, by the set's number.</summary>
    internal static string SetHeader(int number) => $"setheader-{number.ToString(CultureInfo.InvariantCulture)}";

    internal static string SetElements(int number) => $"setelements-{number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The classifier image of a family.</summary>
    internal static string Image(Family family) => family == Family.IPv4 ? "image4" : "image6";

    /// <summary>What questions of a family's rules remember.</summary>
    internal static string Memories(Family family) => family == Family.IPv4 ? "state4" : "state6";

    /// <summary>The link that asks for a family's fragments to be put together.</summary>
    internal static string Reassembly(Family family) => family == Family.IPv4 ? "reassembly4" : "reassembly6";

    /// <summary>The link of the guard behind chains that carry out targets.</summary>
    internal static string Guard(HookPoint point) => $"guard-{point}";

    internal static string Link(HookPoint point) => $"link-{point}";

    /// <summary>A dispatcher that the module has on its hook.</summary>
    internal static string Dispatcher(HookPoint point) => $"dispatcher-{point}";

    internal static string Program(HookPoint point) => $"program-{point}";

    internal static string Generation(ulong number) => GenerationPrefix + number.ToString(CultureInfo.InvariantCulture);

    internal static bool IsGeneration(string name) => name.StartsWith(GenerationPrefix, StringComparison.Ordinal);
}
