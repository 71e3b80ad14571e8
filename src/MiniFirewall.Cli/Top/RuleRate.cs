namespace MiniFirewall.Cli.Top;

/// <summary>What a rule or a policy meets in a second, and has met.</summary>
/// <param name="Number">From 1; 0 for the policy.</param>
/// <param name="Drops">What it meets is dropped.</param>
internal sealed record RuleRate(string Chain, int Number, string Text, bool Drops, double Packets, double Bytes, ulong AllPackets)
{
    internal string Place => Number == 0 ? $"{Chain} policy" : $"{Chain} {Number}";
}
