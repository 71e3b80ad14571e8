using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification;
using Xunit;

namespace MiniFirewall.Tests.Verification;

/// <summary>Lists that are hard on a classifier are proved too. MINIFW_HARD_LIST sets how many statements they have.</summary>
public sealed class HardListsTests
{
    private static readonly int Statements = int.Parse(Environment.GetEnvironmentVariable("MINIFW_HARD_LIST") ?? "10000", CultureInfo.InvariantCulture);

    [Fact]
    public void Equal_statements() => AssertProved(i => [Source(0x0a000001, 32), .. Tcp(22, 22)]);

    [Fact]
    public void Statements_without_any_condition() => AssertProved(_ => []);

    [Fact]
    public void Addresses() => AssertProved(i => [Source((uint)(0x0b000000 + (i * 7)), 32)]);

    [Fact]
    public void Nested_prefixes() => AssertProved(i => [Source(0xc0a8ffff, i % 33), Destination((uint)i << 12, 1 + (i / 33 % 32))]);

    [Fact]
    public void Crossing_port_ranges() => AssertProved(i => [.. Tcp((i * 37) % 50000, ((i * 37) % 50000) + 500 + (i % 15000))]);

    [Fact]
    public void Negations() => AssertProved(i => [Not(Field.Source, (uint)i << 8, 24), Not(Field.Destination, (uint)i << 16, 16)]);

    [Fact]
    public void Residual_conditions() => AssertProved(i =>
        [new Require(FieldTest.Equal(Field.Mark, (UInt128)i)), new Require(RangeTest.Between(Field.Length, (UInt128)(i % 100), (UInt128)(i % 1400) + 100))]);

    [Fact]
    public void A_statement_of_many_addresses() => AssertProved([
        Make(0, [new Require(new RangeTest(Field.Source, [.. Enumerable.Range(0, Statements).Select(i => new ValueRange((UInt128)(i * 5), (UInt128)(i * 5)))]))]),
        Make(1, [])]);

    [Fact]
    public void A_statement_of_many_addresses_but() => AssertProved([
        Make(0, [new Require(new RangeTest(Field.Source, [.. Enumerable.Range(0, Statements).Select(i => new ValueRange((UInt128)(i * 5), (UInt128)(i * 5) + 1))], Negated: true))]),
        Make(1, [])]);

    private static void AssertProved(Func<int, ImmutableArray<Step>> steps) =>
        AssertProved([.. Enumerable.Range(0, Statements).Select(i => Make(i, steps(i)))]);

    private static void AssertProved(ImmutableArray<Statement> statements)
    {
        var watch = Stopwatch.StartNew();
        CompiledRules rules = CompiledRules.Of([new PacketProgram(
            Family.IPv4, Hook.LocalIn, [new Block("INPUT", statements)], 0, Verdict.Accept, statements.Length + 1)]);
        long compiled = watch.ElapsedMilliseconds;
        VerificationReport report = rules.Verify();

        TestContext.Current.TestOutputHelper?.WriteLine($"{report.Tally}, compiled in {compiled} ms, verified in {watch.ElapsedMilliseconds - compiled} ms");
        Assert.True(report.IsProved, $"{report.FindingCount} findings\n{string.Join('\n', report.Findings.Take(10))}");
    }

    private static Statement Make(int index, ImmutableArray<Step> steps) =>
        new(steps, index + 1, false, new Decide(index % 2 == 0 ? Verdict.Accept : Verdict.Drop), new Origin($"{index}", ""));

    private static Require Source(uint address, int length) => Masked(Field.Source, address, length, negated: false);

    private static Require Destination(uint address, int length) => Masked(Field.Destination, address, length, negated: false);

    private static Require Not(Field field, uint address, int length) => Masked(field, address, length, negated: true);

    private static Require Masked(Field field, uint address, int length, bool negated)
    {
        uint mask = length == 0 ? 0 : uint.MaxValue << (32 - length);
        return new Require(new FieldTest(field, mask, address & mask, negated));
    }

    private static ImmutableArray<Step> Tcp(int low, int high) =>
    [
        new Require(FieldTest.Equal(Field.Protocol, IpProtocol.Tcp)),
        new DropWhen(FieldTest.Equal(Field.FragmentOffset, 1)),
        new Require(FieldTest.Equal(Field.FragmentOffset, 0)),
        new DropWhen(RangeTest.Between(Field.TransportLength, 0, 19)),
        new Require(RangeTest.Between(Field.DestinationPort, (UInt128)low, (UInt128)high)),
    ];
}
