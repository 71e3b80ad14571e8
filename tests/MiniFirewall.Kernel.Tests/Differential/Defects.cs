using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Deliberate mistakes, each a small change of a right packet program, as a careless lowering would make.</summary>
internal static class Defects
{
    internal static Func<PacketProgram, PacketProgram> ByName(string name) => name switch
    {
        "a port range ends one late" => Conditions(EndsPortsLate),
        "a protocol's negation is lost" => Conditions(condition =>
            condition is FieldTest { Field: Field.Protocol, Negated: true } test ? test with { Negated = false } : condition),
        "an address mask lacks its last bit" => Conditions(condition =>
            condition is FieldTest { Field: Field.Source } test ? test with { Mask = test.Mask & (test.Mask << 1) } : condition),
        "cut headers only miss" => Statements(statement => statement with
        {
            Steps = [.. statement.Steps.Select(step => step switch
            {
                DropWhen { Condition: QuestionTest test } => new Require(test with { Negated = !test.Negated }),
                DropWhen drop => new Require(new AllOf([drop.Condition], Negated: true)),
                _ => step,
            })],
        }),
        "later fragments have ports" => Conditions(condition =>
            condition is FieldTest { Field: Field.FragmentOffset } test ? test with { Mask = 0, Value = 0, Negated = false } : condition),
        "goto comes back" => Statements(statement => statement.Outcome is TailTo tail ? statement with { Outcome = new Call(tail.Block) } : statement),
        "RETURN goes on" => Statements(statement => statement.Outcome is Leave ? statement with { Outcome = Continue.Instance } : statement),
        "accepting rules count for the policy" => program => Statements(statement =>
            statement.Outcome is Decide { Verdict: Verdict.Accept } ? statement with { Counter = program.DefaultCounter } : statement)(program),
        "marks stay as they were" => Statements(statement => statement with
        {
            Steps = [.. statement.Steps.Where(step => step is not DropWhen { Condition: QuestionTest { Question: PacketChange } })],
        }),
        "the policy is the other" => program => program with { Default = program.Default == Verdict.Drop ? Verdict.Accept : Verdict.Drop },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such defect"),
    };

    private static Condition EndsPortsLate(Condition condition) =>
        condition is RangeTest { Field: Field.SourcePort or Field.DestinationPort } test
            ? test with { Ranges = [.. test.Ranges.Select(range => range with { High = UInt128.Min(range.High + 1, ushort.MaxValue) })] }
            : condition;

    private static Func<PacketProgram, PacketProgram> Conditions(Func<Condition, Condition> change) =>
        Statements(statement => statement with { Steps = [.. statement.Steps.Select(step => Change(step, change))] });

    private static Func<PacketProgram, PacketProgram> Statements(Func<Statement, Statement> change) => program => program with
    {
        Blocks = [.. program.Blocks.Select(block => block with { Statements = [.. block.Statements.Select(change)] })],
    };

    private static Step Change(Step step, Func<Condition, Condition> change) => step switch
    {
        Require require => new Require(Change(require.Condition, change)),
        DropWhen drop => new DropWhen(Change(drop.Condition, change)),
        _ => step,
    };

    private static Condition Change(Condition condition, Func<Condition, Condition> change) => condition switch
    {
        AnyOf any => any with { Conditions = Change(any.Conditions, change) },
        AllOf all => all with { Conditions = Change(all.Conditions, change) },
        _ => change(condition),
    };

    private static ImmutableArray<Condition> Change(ImmutableArray<Condition> conditions, Func<Condition, Condition> change) =>
        [.. conditions.Select(condition => Change(condition, change))];
}
