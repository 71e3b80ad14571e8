using System.Globalization;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Tests.Rules;
using MiniFirewall.Verification;
using MiniFirewall.Verification.Running;
using Xunit;

namespace MiniFirewall.Tests.Verification;

/// <summary>
/// Images spoiled in every way there is: where a packet gets anything else than before, the verifier must have a finding.
/// What changes nothing for any packet may be found or not.
/// </summary>
public sealed class CorruptionTests
{
    private const int RuleSets = 4;

    /// <summary>How often each corruption is tried on each rule set.</summary>
    private static readonly int Times = int.Parse(Environment.GetEnvironmentVariable("MINIFW_CORRUPTIONS") ?? "2", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_spoiled_image_is_not_proved(Family family)
    {
        var tally = new Dictionary<string, (int Applied, int Changed, int Found)>();
        for (int seed = 1; seed <= RuleSets; seed++)
        {
            Spoil(family, seed, tally);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{tally.Values.Sum(t => t.Applied)} spoiled, {tally.Values.Sum(t => t.Changed)} harmful, {tally.Values.Sum(t => t.Found)} found");
        foreach ((string name, (int applied, int changed, int found)) in tally)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {applied} spoiled, {changed} with another result for a packet, {found} found");
        }

        // Without images that do harm this would show nothing.
        Assert.True(tally.Values.Sum(t => t.Changed) * 20 >= tally.Values.Sum(t => t.Applied), "few corruptions change anything");
        string[] never = [.. Corruption.All.Select(corruption => corruption.Name).Where(name => tally.GetValueOrDefault(name).Found == 0)];
        Assert.True(never.Length <= Corruption.All.Length / 10, $"never found: {string.Join(", ", never)}");
    }

    private static void Spoil(Family family, int seed, Dictionary<string, (int Applied, int Changed, int Found)> tally)
    {
        var random = new Random(seed);
        string text = DenseRules.Text(random, family, 120 * seed);
        CompiledRules rules = CompiledRules.Of(text, family);
        Assert.True(rules.Verify().IsProved, string.Join('\n', rules.Verify().Findings.Take(10)));
        PacketProgram program = rules.Programs.First(p => p.Hook == Hook.LocalIn);
        Packet[] packets = PacketsFor(text, family, seed);
        string[] expected = [.. packets.Select(packet => Describe(PolicyInterpreter.Run(program, packet)))];
        foreach (Corruption corruption in Corruption.All)
        {
            for (int time = 0; time < Times; time++)
            {
                CompiledRules spoiled = rules.Copy();
                if (!corruption.Apply(new(spoiled.Image.Layout, spoiled.Image.Bytes, random)) || spoiled.Image.Bytes.AsSpan().SequenceEqual(rules.Image.Bytes))
                {
                    continue;
                }

                (int applied, int changed, int found) = tally.GetValueOrDefault(corruption.Name);
                VerificationReport report = spoiled.Verify();
                bool isChanged = Difference(spoiled, program, packets, expected) is { } difference
                    && (report.IsProved ? throw new InvalidOperationException($"{corruption.Name}, seed {seed}, time {time} is proved, but {difference}") : true);
                tally[corruption.Name] = (applied + 1, changed + (isChanged ? 1 : 0), found + (report.IsProved ? 0 : 1));
            }
        }
    }

    private static Packet[] PacketsFor(string text, Family family, int seed)
    {
        var edges = RuleEdges.Of(text);
        var options = PacketGenOptions.Anything with { InterfacePairs = [("eth0", ""), ("eth1", "")] };
        IEnumerable<Gen<Packet[]>> gens = edges.LinesFor(family, Hook.LocalIn)
            .Select(line => PacketGen.For(line, options, family, Hook.LocalIn).Array[2])
            .Prepend(PacketGen.For(edges, options, family, Hook.LocalIn).Array[200]);
        var random = new PCG(0, (ulong)seed);
        return [.. gens.SelectMany(gen => gen.Generate(random, null, out _)).Where(packet => packet.HeaderIsWhole)];
    }

    /// <summary>The first packet that gets something else; null where none does.</summary>
    private static string? Difference(CompiledRules spoiled, PacketProgram program, Packet[] packets, string[] expected)
    {
        try
        {
            ImageInterpreter interpreter = spoiled.Interpreter();
            for (int i = 0; i < packets.Length; i++)
            {
                InterpretedPacket given = interpreter.Run(program, packets[i]);
                string text = Describe((given.Verdict, given.Counted));
                if (text != expected[i])
                {
                    return $"packet {i} gets {text}, not {expected[i]}: {Convert.ToHexString(packets[i].Bytes)} in {packets[i].InInterface} mark {packets[i].Mark}";
                }
            }

            return null;
        }
        catch (BrokenImageException e)
        {
            return e.Message;
        }
    }

    private static string Describe((Verdict Verdict, IReadOnlyList<int> Counted) result) => $"{result.Verdict} {string.Join(' ', result.Counted)}";
}
