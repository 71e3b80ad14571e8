using System.Text.Json;
using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Cli.Output;

/// <summary>The status of one namespace's firewall, for people and for programs.</summary>
internal sealed class StatusReport(FirewallStatus status, LoadedRuleSet? loaded, KeptState kept, IReadOnlyList<KnownName> names, KernelFacts kernel)
{
    /// <summary>Names that are written out at most.</summary>
    private const int MostNamed = 5;

    private bool IsOn => status.Generation != 0;

    private int RuleCount => loaded?.Rules.Chains.Sum(c => c.Rules.Length) ?? 0;

    private int RejectRules => RulesWith<RejectTarget>();

    private int HandingRules => RulesWith<NflogTarget>();

    internal void Write()
    {
        PlainTable facts = PlainTable.WithoutHeads(2);
        foreach ((string what, string value) in Lines())
        {
            facts.Add(what, value);
        }

        facts.Write(Console.Out);
        if (!status.Links.IsEmpty)
        {
            Console.Out.WriteLine();
            Hooks().Write(Console.Out);
        }
    }

    internal void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("loaded", IsOn);
        json.WriteNumber("generation", status.Generation);
        if (status.AppliedAt is { } since)
        {
            json.WriteString("since", since);
        }

        json.WriteString("provider", ProviderChoice.NameOf(status.Provider));
        WriteTrial(json);
        json.WriteNumber("rules", RuleCount);
        kept.WriteJson(json);
        WriteHooks(json);
        json.WriteNumber("lostEvents", status.LostEvents);
        json.WriteNumber("rejectRules", RejectRules);
        json.WriteBoolean("rejectsAnswered", status.RejectsAreAnswered);
        json.WriteNumber("lostRejects", status.LostRejects);
        json.WriteNumber("nflogRules", HandingRules);
        json.WriteBoolean("nflogHanded", status.PacketsAreHanded);
        json.WriteNumber("lostNflog", status.LostPackets);
        json.WriteNumber("names", names.Count);
        json.WriteNumber("namesWithoutAddress", names.Count(name => !name.IsKnown && !name.IsPattern));
        WriteConnections(json);
        json.WriteString("pins", status.PinsDirectory);
        json.WriteStartObject("namespace");
        json.WriteNumber("cookie", status.Namespace.Cookie);
        json.WriteNumber("inode", status.Namespace.Inode);
        json.WriteEndObject();
        json.WriteNumber("otherNamespaces", status.OtherNamespaces);
        json.WriteStartObject("kernel");
        json.WriteString("release", kernel.Release);
        json.WriteBoolean("btf", kernel.HasTypes);
        if (kernel.Jit is { } jit)
        {
            json.WriteBoolean("jit", jit);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private IEnumerable<(string What, string Value)> Lines()
    {
        yield return ("firewall", IsOn ? "on" : "off: minifw lets every packet pass");
        if (IsOn)
        {
            yield return ("generation", $"{status.Generation}, since {status.AppliedAt?.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}");
            yield return ("provider", status.Provider == HookProvider.Bpf ? "bpf: links on Netfilter's hooks" : "module: the kernel module minifw");
            if (status.Links.Length < HookPoint.All.Length)
            {
                yield return ("not in force", $"only {status.Links.Length} of {HookPoint.All.Length} hooks are attached; apply the rules again{(status.Provider == HookProvider.Module ? ", after minifw module load" : "")}");
            }

            if (status.Trial is { } trial)
            {
                yield return (trial.Kind == TrialKind.Confirm ? "unconfirmed" : "temporary", Trial(trial));
            }
            else if (status.IsBack)
            {
                yield return ("trial", "over: the rules before it are in force again");
            }

            yield return ("rules", $"{RuleCount} in {loaded?.Rules.Chains.Length ?? 0} chains");
            yield return ("events lost", $"{status.LostEvents}");
            if (status.Provider == HookProvider.Bpf && (RejectRules > 0 || status.RejectsAreAnswered))
            {
                yield return ("rejects", Rejects());
            }

            if (HandingRules > 0)
            {
                yield return ("nflog", Handing());
            }

            if (names.Count > 0)
            {
                yield return ("names", Names());
            }

            if (status.Connections is { } table)
            {
                yield return ("connections", $"{table.Used} of at most {table.Most}, {table.Bytes >> 20} MiB; {table.Refused} packets found no room");
            }

            yield return ("pins", status.PinsDirectory);
        }

        yield return ("disk", kept.Line());
        yield return ("namespace", $"net:[{status.Namespace.Inode}], cookie {status.Namespace.Cookie}");
        yield return ("elsewhere", $"{status.OtherNamespaces} other namespaces have rules{(status.Collected > 0 ? $"; the remains of {status.Collected} dead ones are gone now" : "")}");
        yield return ("kernel", $"Linux {kernel.Release}, type information {(kernel.HasTypes ? "yes" : "no")}, BPF JIT {Jit()}");
    }

    private static string Trial(RunningTrial trial)
    {
        string before = trial.BackTo == 0 ? "no rules" : $"generation {trial.BackTo}";
        return $"back to {before} in {Duration.Print(trial.Left)}; 'minifw confirm' keeps these, 'minifw confirm --back' goes back now";
    }

    private string Rejects() => status.RejectsAreAnswered
        ? $"answered by minifw serve; {status.LostRejects} found its buffer full"
        : $"dropped without an answer, by {RejectRules} rules: minifw serve does not run here";

    private string Handing() => status.PacketsAreHanded
        ? $"handed to netlink groups by minifw serve; {status.LostPackets} found its buffer full"
        : $"packets of {HandingRules} rules go on, and no group gets them: minifw serve does not run here";

    private string Names()
    {
        string[] unknown = [.. names.Where(name => !name.IsKnown && !name.IsPattern).Select(name => name.Name)];
        string known = unknown.Length == 0 ? $"{names.Count}" : $"{unknown.Length} of {names.Count} without an address: {string.Join(", ", unknown.Take(MostNamed))}{(unknown.Length > MostNamed ? " ..." : "")}";
        return status.RejectsAreAnswered
            ? $"{known}; kept true by minifw serve"
            : $"{known}; nobody asks for them again, for minifw serve does not run here";
    }

    private int RulesWith<T>() => loaded?.Rules.Chains.Sum(c => c.Rules.Count(rule => rule.Target is T)) ?? 0;

    private string Jit() => kernel.Jit switch
    {
        true => "on",
        false => "off",
        _ => "not to be seen from here",
    };

    private PlainTable Hooks()
    {
        var table = new PlainTable("hook", "family", ">link", ">dispatcher", ">program", ">instructions", ">machine code");
        foreach (AttachedLink link in status.Links)
        {
            LoadedProgram? program = ProgramAt(link.Point);
            table.Add(
                link.Point.Hook.Word(), link.Point.Family.Word(), link.Id == 0 ? "-" : $"{link.Id}", $"{link.ProgramId}",
                Text(program?.Id), Text(program?.Instructions), program is null ? "-" : $"{program.JitedBytes} bytes");
        }

        return table;
    }

    private void WriteTrial(Utf8JsonWriter json)
    {
        json.WriteBoolean("trialIsOver", status.IsBack);
        if (status.Trial is { } trial)
        {
            json.WriteStartObject("trial");
            json.WriteString("kind", trial.Kind == TrialKind.Confirm ? "confirm" : "temporary");
            json.WriteNumber("secondsLeft", Math.Ceiling(trial.Left.TotalSeconds));
            json.WriteNumber("backTo", trial.BackTo);
            json.WriteEndObject();
        }
    }

    private void WriteConnections(Utf8JsonWriter json)
    {
        if (status.Connections is { } table)
        {
            json.WriteStartObject("connections");
            json.WriteNumber("used", table.Used);
            json.WriteNumber("max", table.Most);
            json.WriteNumber("bytes", table.Bytes);
            json.WriteNumber("refused", table.Refused);
            json.WriteEndObject();
        }
    }

    private void WriteHooks(Utf8JsonWriter json)
    {
        json.WriteStartArray("hooks");
        foreach (AttachedLink link in status.Links)
        {
            json.WriteStartObject();
            json.WriteString("hook", link.Point.Hook.Word());
            json.WriteString("family", link.Point.Family.Word());
            json.WriteNumber("link", link.Id);
            json.WriteNumber("dispatcher", link.ProgramId);
            if (ProgramAt(link.Point) is { } program)
            {
                json.WriteNumber("program", program.Id);
                json.WriteNumber("instructions", program.Instructions);
                json.WriteNumber("machineCodeBytes", program.JitedBytes);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private LoadedProgram? ProgramAt(HookPoint point) => status.Programs.FirstOrDefault(p => p.Point == point);

    private static string Text(long? value) => value is { } number ? $"{number}" : "-";
}
