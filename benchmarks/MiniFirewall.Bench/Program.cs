using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using MiniFirewall.Bench;
using MiniFirewall.Bench.Classify;
using MiniFirewall.Bench.Connections;

// The sections of ./bench, in the order they run; an argument chooses one.
var sections = new Dictionary<string, Action>
{
    ["program"] = ProgramBench.Run,
    ["traffic"] = TrafficBench.Run,
    ["names"] = NamesBench.Run,
    ["process"] = ProcessBench.Run,
    ["sets"] = SetBench.Run,
};

switch (args)
{
    case []:
        foreach (Action section in sections.Values)
        {
            section();
        }

        return 0;
    case ["managed"]:
        BenchmarkRunner.Run<ManagedBench>(DefaultConfig.Instance.WithOptions(ConfigOptions.DisableLogFile));
        return 0;
    case ["reload", .. var rest]:
        return ReloadBench.Run(rest);
    case ["changes", .. var rest]:
        return ChangeBench.Run(rest);
    case ["connections", .. var rest]:
        return ConnectionBench.Run(rest);
    case ["classify", .. var rest]:
        return ClassifyBench.Run(rest);
    case [var name] when sections.TryGetValue(name, out Action? section):
        section();
        return 0;
    default:
        Console.Error.WriteLine("usage: ./bench [program | traffic | names | process | sets | managed | changes ... | connections ... | classify ... | reload ...]");
        return 2;
}
