using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The compiled programs on the hooks of a device, by links that end with this process; each put there by its first packet.</summary>
internal sealed class LiveFirewall(IEnumerable<string> interfaces, CompilationWay way = CompilationWay.AsChosen) : IFirewall
{
    private const int FilterPriority = 0;
    private readonly ProgramMaps _maps = new();
    private readonly Dictionary<(Family, Hook), BpfLink> _links = [];
    private LoadedPrograms? _programs;

    public string Name => "miniFirewall";

    internal Device Device { get; } = new(interfaces);

    internal LoadedPrograms Programs => _programs!;

    public void Load(RuleTexts rules)
    {
        Unload();
        _programs = new LoadedPrograms(RuleReading.Read(rules.Whole), new LoadOptions(PrologueKind.Netfilter, way), _maps);
    }

    public bool CanMeet(Packet packet) => Device.CanMeet(packet);

    public Observation? Judge(Packet packet)
    {
        List<Hit> hits = HitsOf(packet, out Passage passage);
        return passage == Passage.Unrealised ? null : new Observation(passage == Passage.Passed, hits);
    }

    /// <summary>What a packet adds to counters, whatever the kernel makes of it before the hook.</summary>
    internal List<Hit> HitsOf(Packet packet, out Passage passage)
    {
        Attach(packet.Family, packet.Hook);
        _maps.TakeAdded();
        passage = Device.Send(packet);
        return [.. _programs!.HitsOf(_maps.TakeAdded())];
    }

    public void Dispose()
    {
        Unload();
        _maps.Dispose();
        Device.Dispose();
    }

    private void Attach(Family family, Hook hook)
    {
        if (!_links.ContainsKey((family, hook)))
        {
            BpfProgram program = _programs!.Of(family, hook);
            _links.Add((family, hook), Device.Namespace.Run(() => BpfLink.AttachNetfilter(program, family, hook, FilterPriority)));
        }
    }

    private void Unload()
    {
        foreach (BpfLink link in _links.Values)
        {
            // A closed link leaves its hook a moment later, a detached one at once.
            link.Detach();
            link.Dispose();
        }

        _links.Clear();
        _programs?.Dispose();
    }
}
