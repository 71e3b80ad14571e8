using System.Collections.Immutable;
using MiniFirewall.Analysis;
using MiniFirewall.Engine;
using MiniFirewall.Engine.State;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Names;

/// <summary>Compiled programs say of live names what the reference evaluator says, in short lists and in long ones.</summary>
public sealed class CompiledNameTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData(5)] // straight code
    [InlineData(64)] // the classifier; a bit for each name
    [InlineData(75)] // straight code; names share bits
    [InlineData(150)] // the classifier
    public void Programs_say_what_the_evaluator_says(int names)
    {
        string text = "-P OUTPUT DROP\n-P INPUT DROP\n" + string.Concat(Enumerable.Range(0, names).Select(i => (i % 5) switch
        {
            0 => $"-A OUTPUT -p tcp -d n{i}.example --dport {80 + i} -j ACCEPT\n",
            1 => $"-A OUTPUT -d n{i}.example -j {(i % 2 == 0 ? "ACCEPT" : "DROP")}\n",
            2 => $"-A INPUT -s n{i}.example -d n{i - 1}.example -j ACCEPT\n",
            3 => $"-A OUTPUT -p udp ! -d n{i}.example --dport {i} -j ACCEPT\n",
            _ => $"-A INPUT -i eth0 -p tcp ! -s n{i}.example -m tcp --sport {i} -j DROP\n",
        })) + "-A INPUT -p tcp -j ACCEPT\n";
        RuleSet rules = LiveNames.WithAddresses(NameLab.Read(text), Addresses);
        Packet[] packets = [.. Packets(names)];
        int accepted = 0;
        foreach (HookPoint point in HookPoint.All.Where(point => point.Hook != Hook.Forward))
        {
            using TestProgram program = _namespace.Run(() => TestProgram.Load(rules, point));
            var evaluator = new Evaluator(rules);
            foreach (Packet packet in packets.Where(packet => packet.Hook == point.Hook && packet.Family == point.Family))
            {
                Judgement judgement = evaluator.Judge(packet);
                Assert.Equal(judgement.Verdict, _namespace.Run(() => program.Judge(packet)));
                accepted += judgement.Verdict == Policy.Verdict.Accept ? 1 : 0;
            }
        }

        Assert.InRange(accepted, 1, packets.Length - 1);
    }

    /// <summary>Names share addresses; every seventh has none.</summary>
    private static NameAddresses? Addresses(string name)
    {
        int number = int.Parse(name[1..name.IndexOf('.')]);
        return number % 7 == 6 ? null : new([V4(number), V4(number + 1)], number % 3 == 0 ? [V6(number)] : []);
    }

    private static IEnumerable<Packet> Packets(int names)
    {
        foreach (int number in Enumerable.Range(0, names + 2))
        {
            string v4 = AddressNotation.Print(Family.IPv4, V4(number)), v6 = AddressNotation.Print(Family.IPv6, V6(number));
            yield return Parse($"out eth0 tcp 10.0.0.1:1000 {v4}:{80 + number}");
            yield return Parse($"out eth0 tcp 10.0.0.1:1000 {v4}:81");
            yield return Parse($"out eth0 udp 10.0.0.1:1000 {v4}:{number}");
            yield return Parse($"out eth0 tcp [fd00::1]:1000 [{v6}]:{80 + number}");
            yield return Parse($"out eth0 udp [fd00::1]:1000 [{v6}]:{number}");
            yield return Parse($"in eth0 tcp {v4}:{number} {AddressNotation.Print(Family.IPv4, V4(number - 1))}:9");
            yield return Parse($"in eth0 udp {v4}:{number} {AddressNotation.Print(Family.IPv4, V4(number - 1))}:9");
            yield return Parse($"in eth0 tcp [{v6}]:{number} [fd00::1]:9");
        }
    }

    private static Packet Parse(string text) =>
        PacketDescription.TryParse(text, out PacketDescription? description, out DescriptionError? error) ? description.Packet : throw new ArgumentException($"{text}: {error}");

    private static UInt128 V4(int number) => (UInt128)(0xc633_6400 + (uint)number + 1);

    private static UInt128 V6(int number) => new(0x2001_0db8_0000_0000, (ulong)number + 1);
}
