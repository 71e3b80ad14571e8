using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The compiled programs on the hooks of a device, each put there by its first packet.</summary>
internal sealed class LiveFirewall(IEnumerable<string> interfaces, CompilationWay way = CompilationWay.AsChosen, HookProvider? provider = null) : IFirewall
{
    private const int FilterPriority = 0;
    private readonly ProgramMaps _maps = new();
    private readonly HookProvider _provider = provider ?? ProviderChoice.Default;
    private readonly Dictionary<(Family, Hook), LiveHook> _hooks = [];
    private LoadedPrograms? _programs;

    /// <summary>One for each provider that the kernel under test has.</summary>
    internal static IEnumerable<LiveFirewall> OfEveryProvider(IReadOnlyList<string> interfaces) =>
        TestContexts.Providers.Select(provider => new LiveFirewall(interfaces, provider: provider));

    public string Name => $"miniFirewall ({ProviderChoice.NameOf(_provider)})";

    internal Device Device { get; } = new(interfaces);

    internal LoadedPrograms Programs => _programs!;

    public void Load(RuleTexts rules)
    {
        Unload();
        _programs = new LoadedPrograms(RuleReading.Read(rules.Whole), new LoadOptions(PrologueKind.Netfilter, way) { Context = ProviderChoice.ContextOf(_provider) }, _maps);
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
        _maps.ForgetChanges();
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
        if (!_hooks.ContainsKey((family, hook)))
        {
            BpfProgram program = _programs!.Of(family, hook);
            _hooks.Add((family, hook), new LiveHook(_provider, Device.Namespace, program, family, hook, FilterPriority));
        }
    }

    private void Unload()
    {
        foreach (LiveHook hook in _hooks.Values)
        {
            hook.Dispose();
        }

        _hooks.Clear();
        _programs?.Dispose();
    }
}
