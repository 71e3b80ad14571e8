using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j AUDIT: an audit record of the packet, and on to the next rule (net/netfilter/xt_AUDIT.c).</summary>
/// <param name="Type">What the record says: 0 accept, 1 drop, 2 reject.</param>
public sealed record AuditTarget(uint Type) : KernelTarget
{
    private static readonly (string Name, uint Value)[] Types = [("accept", 0), ("drop", 1), ("reject", 2)];

    public static TargetGrammar Grammar { get; } = new("AUDIT", new AuditTarget(0))
    {
        Mandatory = ["type"],
        Options = [Option<AuditTarget>.Value(["type"], NameReaders.Choice("type of record", Types, anyCase: true), (_, type, _) => new(type))],
    };

    public override string Name => "AUDIT";

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word("AUDIT").Word("--type").Word(Types[Type].Name);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("AUDIT").Word(Types[Type].Name);

    /// <summary>struct xt_audit_info: one byte.</summary>
    protected override byte[] Information() => [(byte)Type, 0, 0, 0, 0, 0, 0, 0];
}
