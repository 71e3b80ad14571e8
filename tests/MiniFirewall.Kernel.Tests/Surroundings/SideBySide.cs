using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Surroundings;

/// <summary>
/// A namespace where the kernel's own iptables and, behind it on the same hooks, miniFirewall's programs of both kinds of code, by each provider, count
/// the same packets by the same rules: what a packet's surroundings are, no test has to say.
/// </summary>
internal sealed class SideBySide : IDisposable
{
    private static readonly Hook[] Hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];
    private static readonly (HookProvider Provider, CompilationWay Compilation)[] Ways = [.. TestContexts.Providers.SelectMany(_ => TestContexts.KindsOfCode, (provider, way) => (provider, way))];
    private readonly ProgramMaps[] _maps = [.. Ways.Select(_ => new ProgramMaps())];
    private readonly LoadedPrograms?[] _programs = new LoadedPrograms?[Ways.Length];
    private readonly List<LiveHook> _hooks = [];
    private readonly XtablesCounters _counters;
    private readonly Family _family;
    private string _rules = "";

    internal SideBySide(NetworkNamespace place, Family family)
    {
        Place = place;
        _family = family;
        _counters = place.Run(() => new XtablesCounters(family, "filter"));
    }

    internal NetworkNamespace Place { get; }

    /// <summary>Loads rules ("-A CHAIN ..."), best without targets: then every packet meets all of them.</summary>
    internal void Load(params string[] lines)
    {
        Unload();
        RuleTexts texts = RuleTexts.Of([_family], lines);
        _rules = texts.Whole;
        Place.Execute(_family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore", ["-w", "30"], texts.OfFamily[_family]);
        _counters.Learn();
        RuleSet rules = RuleReading.Read(texts.Whole);
        for (int i = 0; i < Ways.Length; i++)
        {
            LoadedPrograms programs = _programs[i] = new LoadedPrograms(rules, new LoadOptions(PrologueKind.Netfilter, Ways[i].Compilation) { Context = ProviderChoice.ContextOf(Ways[i].Provider) }, _maps[i]);
            foreach (Hook hook in Hooks)
            {
                BpfProgram program = programs.Of(_family, hook);
                int priority = i + 1;
                _hooks.Add(new LiveHook(Ways[i].Provider, Place, program, _family, hook, priority));
            }
        }
    }

    /// <summary>Has packets come and go, compares all counters, and returns how many packets each rule of a chain counted.</summary>
    internal IReadOnlyDictionary<CounterPlace, ulong> Count(Action traffic)
    {
        TakeAll();
        traffic();
        Hit[][] seen = TakeAll();
        for (int i = 1; i < seen.Length; i++)
        {
            Assert.True(
                Show(seen[0]) == Show(seen[i]),
                $"iptables: {Show(seen[0])}\n{Ways[i - 1]}: {Show(seen[i])}\n{_rules}");
        }

        return seen[0].ToDictionary(hit => hit.Place, hit => hit.Added.Packets);
    }

    public void Dispose()
    {
        Unload();
        _counters.Dispose();
        Array.ForEach(_maps, maps => maps.Dispose());
    }

    /// <summary>What has been added since the last call, read until nothing is: packets of the kernel's own come by themselves now and then.</summary>
    private Hit[][] TakeAll()
    {
        List<Hit>[] sums = [.. Enumerable.Range(0, Ways.Length + 1).Select(_ => new List<Hit>())];
        for (bool isQuiet = false; !isQuiet;)
        {
            Thread.Sleep(20);
            List<Hit>[] added = [[.. _counters.TakeHits()], .. _programs.Select((programs, i) => programs!.HitsOf(_maps[i].TakeAdded()).ToList())];
            isQuiet = added.All(hits => hits.Count == 0);
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i].AddRange(added[i]);
            }
        }

        return [.. sums.Select(Sum)];
    }

    private static Hit[] Sum(List<Hit> hits) =>
    [
        .. hits.GroupBy(hit => hit.Place)
            .Select(place => new Hit(place.Key, new Counters(Total(place, hit => hit.Packets), Total(place, hit => hit.Bytes))))
            .OrderBy(hit => hit.Place.Chain, StringComparer.Ordinal).ThenBy(hit => hit.Place.Rule),
    ];

    private static ulong Total(IEnumerable<Hit> hits, Func<Counters, ulong> part) => hits.Aggregate(0ul, (sum, hit) => sum + part(hit.Added));

    private static string Show(Hit[] hits) => string.Join(", ", hits.Select(hit => $"{hit.Place} {hit.Added.Packets}:{hit.Added.Bytes}"));

    private void Unload()
    {
        foreach (LiveHook hook in _hooks)
        {
            hook.Dispose();
        }

        _hooks.Clear();
        Array.ForEach(_programs, programs => programs?.Dispose());
        Array.Clear(_programs);
    }
}
