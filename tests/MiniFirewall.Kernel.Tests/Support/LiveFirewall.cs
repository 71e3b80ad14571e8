using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The compiled programs on the hooks of a device, by links that end with this process; each put there by its first packet.</summary>
internal sealed class LiveFirewall(IEnumerable<string> interfaces) : IFirewall
{
    private const int FilterPriority = 0;
    private readonly ProgramMaps _maps = new();
    private readonly Dictionary<(Family, Hook), BpfLink> _links = [];
    private LoadedPrograms? _programs;

    public string Name => "miniFirewall";

    internal Device Device { get; } = new(interfaces);

    public void Load(RuleTexts rules)
    {
        Unload();
        _programs = new LoadedPrograms(RuleReading.Read(rules.Whole), PrologueKind.Netfilter, _maps);
    }

    public bool CanMeet(Packet packet) => Device.CanMeet(packet);

    public Observation? Judge(Packet packet)
    {
        Attach(packet.Family, packet.Hook);
        _maps.TakeAdded();
        Passage passage = Device.Send(packet);
        Counters[] added = _maps.TakeAdded();
        return passage == Passage.Unrealised ? null : new Observation(passage == Passage.Passed, _programs!.HitsOf(added));
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
            link.Dispose();
        }

        _links.Clear();
        _programs?.Dispose();
    }
}
