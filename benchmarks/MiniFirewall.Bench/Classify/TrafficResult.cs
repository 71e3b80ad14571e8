namespace MiniFirewall.Bench.Classify;

/// <summary>What an engine adds to a real packet's way through a router; ns.</summary>
/// <param name="Traffic">"miss", or the packets' list.</param>
/// <param name="Ratio">To a router without rules, in the same rounds.</param>
internal sealed record TrafficResult(int Rules, string List, string Traffic, string Engine, double Nanoseconds, double Ratio, string Note);

/// <summary>Time from text to enforced by the yardstick; ms.</summary>
internal sealed record LoadTime(int Rules, string Engine, double Best, double Median);
