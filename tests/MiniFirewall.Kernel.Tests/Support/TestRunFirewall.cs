using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// The compiled programs, run on packets by BPF_PROG_TEST_RUN: each packet once as it is, and once as if its transport
/// header stood outside the linear part.
/// </summary>
/// <param name="options">How the programs come about; null for the usual way.</param>
internal sealed class TestRunFirewall(LoadOptions? options = null) : IFirewall
{
    // A test run's packet lies in one page with its headroom and struct skb_shared_info (net/bpf/test_run.c, bpf_test_init).
    private const int LongestPacket = 3500;

    private readonly LoadOptions _options = options ?? new LoadOptions(PrologueKind.Test);
    private readonly ProgramMaps _maps = new();
    private LoadedPrograms? _programs;

    public string Name => $"test run ({_options.Way})";

    internal CounterBook Book => _programs!.Book;

    internal LoadedPrograms Programs => _programs!;

    public void Load(RuleTexts rules) => Load(RuleReading.Read(rules.Whole));

    internal void Load(RuleSet rules)
    {
        _programs?.Dispose();
        _programs = new LoadedPrograms(rules, _options, _maps);
        _maps.Reserve(Book.Count);
        _maps.TakeAdded();
    }

    public bool CanMeet(Packet packet) => packet.Bytes.Length <= LongestPacket
        && packet.Bytes.Length >= NetfilterTestInput.MinimumLength(packet.Family, packet.Hook);

    public Observation? Judge(Packet packet)
    {
        if (!CanMeet(packet))
        {
            return null;
        }

        Observation fast = Observe(packet, slowPath: false), slow = Observe(packet, slowPath: true);
        return fast.Equals(slow) ? fast : throw new InvalidOperationException($"fast path: {fast}; slow path: {slow}; {Convert.ToHexString(packet.Bytes)}");
    }

    /// <summary>Runs a packet; true where it is accepted.</summary>
    internal bool Run(Packet packet, bool slowPath)
    {
        _maps.Describe(packet, slowPath);
        return _programs!.Of(packet.Family, packet.Hook).TestRun(packet.Family, packet.Hook, packet.Bytes).Result == (uint)Verdict.Accept;
    }

    /// <summary>What has been added to each counter of <see cref="Book"/> since the last call.</summary>
    internal Counters[] TakeAdded() => _maps.TakeAdded();

    /// <summary>What has been added to one counter of <see cref="Book"/> since the last call of <see cref="TakeAdded"/>.</summary>
    internal Counters Added(int index) => _maps.Added(index);

    public void Dispose()
    {
        _programs?.Dispose();
        _maps.Dispose();
    }

    private Observation Observe(Packet packet, bool slowPath)
    {
        bool passed = Run(packet, slowPath);
        return new Observation(passed, _programs!.HitsOf(_maps.TakeAdded()));
    }
}
