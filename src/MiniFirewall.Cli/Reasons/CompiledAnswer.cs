using MiniFirewall.Engine;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Reasons;

/// <summary>What the compiled program says of a packet, where this user and this kernel let it be asked.</summary>
internal static class CompiledAnswer
{
    /// <summary>Null where it may not or cannot be asked.</summary>
    internal static Verdict? Ask(RuleSet rules, Packet packet)
    {
        try
        {
            using TestProgram program = TestProgram.Load(rules, new HookPoint(packet.Hook, packet.Family));
            return program.Judge(packet);
        }
        catch (FirewallException refusal) when (refusal.Failure is FirewallFailure.Permission or FirewallFailure.Unsupported)
        {
            return null;
        }
    }
}
