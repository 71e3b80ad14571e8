using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Findings;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Changes;

/// <summary>Asks a match of the kernel's about every packet, in front of the rules, and notes what it finds (<see cref="FindingSlot"/>).</summary>
/// <param name="Hooks">Those where the kernel takes the match.</param>
internal sealed record MatchTable(Family Family, KernelMatchHolds Match, ImmutableArray<Hook> Hooks) : TableNeed(Family)
{
    /// <summary>In front of the dispatchers, which take one of 0 to 9.</summary>
    internal const int Priority = -1;

    internal override ImmutableArray<Hook> Hooks { get; } = Hooks;

    internal override string Map => WellKnownMaps.Findings;

    internal override string Module => Match.Instead is { } text ? $"nft_{text.Expression}" : $"xt_{Match.Match}";

    internal override string Name => $"{Prefix}is-{Match.Match}-{Number:x8}";

    internal override uint Number => Match.Number;

    internal override IReadOnlyList<ProgramSpec> Programs() => [FindingPrograms.Begin(Number, KernelTime.Hertz), FindingPrograms.Holds(Number)];

    internal override void WriteChain(NftTableWriter table, Hook hook, string chain, IReadOnlyList<BpfProgram> programs)
    {
        table.HookChain(chain, hook, Priority);
        table.Rule(chain, "what is asked", NftExpression.Bpf(programs[0]));
        if (Match.Instead is { } text)
        {
            table.Rule(chain, $"expression {text.Expression}", NftExpression.LoadText(text), NftExpression.IsNot(text.Unknown), NftExpression.Bpf(programs[1]));
            return;
        }

        NftExpression holds = NftExpression.Match(Match.Match, Match.Revision, Match.Information);
        if (Match.Protocol == IpProtocol.Tcp)
        {
            table.TcpRule(chain, $"match {Match.Match}", NftExpression.LoadProtocol(), NftExpression.Is(IpProtocol.Tcp), holds, NftExpression.Bpf(programs[1]));
        }
        else
        {
            table.Rule(chain, $"match {Match.Match}", holds, NftExpression.Bpf(programs[1]));
        }
    }

    public bool Equals(MatchTable? other) => other is not null && Family == other.Family && Match == other.Match && Hooks.SequenceEqual(other.Hooks);

    public override int GetHashCode() => HashCode.Combine(Family, Number);
}
