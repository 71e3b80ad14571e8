using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine;

/// <summary>
/// The program that a rule set compiles to for one hook and family, with maps of its own: it can be asked about packets
/// that nobody sent, their interfaces and mark included, and counts nowhere that matters. Needs what
/// <see cref="FirewallEngine.Apply(RuleSet, ApplyOptions?)"/> needs.
/// </summary>
public sealed class TestProgram : IDisposable
{
    private readonly HookPoint _point;
    private readonly BpfProgram _program;
    private readonly BpfMap _input;

    private TestProgram(HookPoint point, BpfProgram program, BpfMap input)
    {
        _point = point;
        _program = program;
        _input = input;
    }

    /// <exception cref="FirewallException">The kernel refuses to load programs.</exception>
    /// <exception cref="VerifierException">The verifier refuses this one.</exception>
    public static TestProgram Load(RuleSet rules, HookPoint point) => Refusals.Explained(() =>
    {
        using SharedObjects shared = SharedObjects.Make();
        shared.Occasional.MakeFor(rules);
        using BpfMap counters = BpfMap.Create(WellKnownMaps.CountersSpec(DryCompilation.Counter + 1));
        using LoadedSets? sets = LoadedSets.Make(rules);
        using HostMap? hosts = HostMap.Make(rules);
        using BpfMap epoch = BpfMap.Create(WellKnownMaps.EpochSpec);
        BpfMap input = BpfMap.Create(WellKnownMaps.TestInputSpec);
        try
        {
            CompiledPrograms compiled = DryCompilation.Compile(rules, point, PrologueKind.Test);
            var maps = shared.MapsFor(counters, epoch, sets, connections: null, hosts: hosts);
            maps.Add(WellKnownMaps.TestInput, input);
            using OwnMaps own = OwnMaps.Make(compiled.Maps);
            return new TestProgram(point, BpfProgram.Load(compiled.Specs[0], KernelBtf.Types, own.With(maps)), input);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    });

    /// <summary>The program's verdict; null where the kernel runs no packet that short.</summary>
    public Verdict? Judge(Packet packet) => Refusals.Explained(() =>
    {
        if (packet.Bytes.Length < NetfilterTestInput.MinimumLength(_point.Family, _point.Hook))
        {
            return (Verdict?)null;
        }

        _input.Update(new byte[_input.KeySize], TestInputLayout.Encode(packet));
        return (Verdict)_program.TestRun(_point.Family, _point.Hook, packet.Bytes).Result;
    });

    public void Dispose()
    {
        _program.Dispose();
        _input.Dispose();
    }
}
