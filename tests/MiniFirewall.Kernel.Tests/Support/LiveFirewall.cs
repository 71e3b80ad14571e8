using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The compiled programs on the hooks of a device, by links that end with this process.</summary>
internal sealed class LiveFirewall(IEnumerable<string> interfaces) : IFirewall
{
    private const int FilterPriority = 0;
    private readonly ProgramMaps _maps = new();
    private readonly Dictionary<Family, LoadedPrograms> _programs = [];
    private readonly Dictionary<Family, List<BpfLink>> _links = new() { [Family.IPv4] = [], [Family.IPv6] = [] };

    public string Name => "miniFirewall";

    internal Device Device { get; } = new(interfaces);

    public void Load(RuleTexts rules)
    {
        RuleSet read = RuleReading.Read(rules.Whole);
        foreach (Family family in rules.OfFamily.Keys)
        {
            Unload(family);
            _programs[family] = new LoadedPrograms(read, [family], PrologueKind.Netfilter, _maps);
            Device.Namespace.Run(() => Attach(family));
        }
    }

    public Observation? Judge(Packet packet)
    {
        _maps.TakeAdded();
        Passage passage = Device.Send(packet);
        Counters[] added = _maps.TakeAdded();
        return passage == Passage.Unrealised
            ? null
            : new Observation(passage == Passage.Passed, _programs[packet.Family].HitsOf(added));
    }

    public void Dispose()
    {
        Unload(Family.IPv4);
        Unload(Family.IPv6);
        _maps.Dispose();
        Device.Dispose();
    }

    private void Attach(Family family)
    {
        foreach (((Family, Hook Hook) place, BpfProgram program) in _programs[family].All)
        {
            _links[family].Add(BpfLink.AttachNetfilter(program, family, place.Hook, FilterPriority));
        }
    }

    private void Unload(Family family)
    {
        _links[family].ForEach(link => link.Dispose());
        _links[family].Clear();
        _programs.GetValueOrDefault(family)?.Dispose();
    }
}
