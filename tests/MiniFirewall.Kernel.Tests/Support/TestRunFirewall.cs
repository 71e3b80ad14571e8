using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The compiled programs, run on packets by BPF_PROG_TEST_RUN.</summary>
internal sealed class TestRunFirewall : IFirewall
{
    private readonly ProgramMaps _maps = new();
    private LoadedPrograms? _programs;

    public string Name => SlowPath ? "test run, slow path" : "test run";

    /// <summary>Has the programs read the transport header as if it stood outside the packet's linear part.</summary>
    internal bool SlowPath { get; init; }

    /// <summary>Changes each packet program before it is compiled: a seeded defect.</summary>
    internal Func<PacketProgram, PacketProgram>? Change { get; init; }

    internal CounterBook Book => _programs!.Book;

    public void Load(RuleTexts rules) => Load(RuleReading.Read(rules.Whole), rules.OfFamily.Keys);

    internal void Load(RuleSet rules, IEnumerable<Family> families)
    {
        _programs?.Dispose();
        _programs = null;
        _programs = new LoadedPrograms(rules, families, PrologueKind.Test, _maps, Change);
        _maps.TakeAdded();
    }

    public Observation? Judge(Packet packet)
    {
        if (packet.Bytes.Length < NetfilterTestInput.MinimumLength(packet.Family, packet.Hook))
        {
            return null;
        }

        bool passed = Run(packet, SlowPath);
        return new Observation(passed, _programs!.HitsOf(_maps.TakeAdded()));
    }

    /// <summary>Runs a packet; true where it is accepted.</summary>
    internal bool Run(Packet packet, bool slowPath)
    {
        _maps.Describe(packet, slowPath);
        return _programs!.Of(packet).TestRun(packet.Family, packet.Hook, packet.Bytes).Result == (uint)Verdict.Accept;
    }

    /// <summary>What has been added to each counter of <see cref="Book"/> since the last call.</summary>
    internal Counters[] TakeAdded() => _maps.TakeAdded();

    public void Dispose()
    {
        _programs?.Dispose();
        _maps.Dispose();
    }
}
