using System.Text.Json;
using MiniFirewall.Bpf;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Modules;

namespace MiniFirewall.Cli.Modules;

/// <summary>What minifw module status prints, for people and for programs.</summary>
internal sealed record ModuleReport(string Release, string Headers, bool HasHeaders, string? File, IReadOnlyList<AttachedHook>? Hooks, string? HooksMissing)
{
    private const int LogLines = 10;

    internal static ModuleReport Read(string directory)
    {
        string release = ModuleFiles.RunningRelease, headers = ModuleFiles.HeadersOf(release);
        IReadOnlyList<AttachedHook>? hooks = null;
        string? missing = null;
        try
        {
            using HookModule? module = HookModule.TryOpen();
            hooks = module?.List();
        }
        catch (MiniFirewall.Sys.SystemCallException refusal)
        {
            missing = refusal.Message;
        }

        return new(release, headers, System.IO.File.Exists(Path.Combine(headers, "Makefile")), ModuleLoader.Find(directory), hooks, missing);
    }

    /// <summary>The kernel's log has more than this process did: the last lines of the module.</summary>
    internal static void WriteLog(TextWriter output)
    {
        foreach (string line in ModuleFacts.LogLines(LogLines))
        {
            output.WriteLine(line);
        }
    }

    internal void Write(TextWriter output)
    {
        PlainTable facts = PlainTable.WithoutHeads(2);
        facts.Add("kernel", $"Linux {Release}, {Modules()}");
        facts.Add("headers", HasHeaders ? Headers : $"none at {Headers}: apt-get install linux-headers-{Release}");
        facts.Add("built", File ?? "no: minifw module build");
        facts.Add("loaded", ModuleFacts.Version is { } version ? $"version {version}" : "no: minifw module load");
        facts.Add("provider", $"{ProviderChoice.NameOf(FirewallEngine.Open().Status().Provider)} in this network namespace");
        if (ModuleFacts.ListLine is { } line)
        {
            facts.Add("lsmod", line);
        }

        foreach ((string name, string value) in ModuleFacts.Parameters)
        {
            facts.Add($"parameter {name}", value);
        }

        facts.Write(output);
        WriteHooks(output);
        WriteLog(output);
    }

    internal void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kernel", Release);
        json.WriteBoolean("modules", ModuleFacts.KernelHasModules && !ModuleFacts.AreLocked);
        json.WriteString("lockdown", ModuleFacts.Lockdown);
        json.WriteBoolean("headers", HasHeaders);
        json.WriteString("built", File);
        json.WriteBoolean("loaded", HookModule.IsLoaded);
        json.WriteString("version", ModuleFacts.Version);
        json.WriteStartObject("parameters");
        foreach ((string name, string value) in ModuleFacts.Parameters)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        WriteHooks(json);
        json.WriteEndObject();
    }

    private static string Modules() =>
        !ModuleFacts.KernelHasModules ? "without loadable modules"
        : ModuleFacts.AreLocked ? "loads no more modules (kernel.modules_disabled is 1)"
        : "loads modules" + (ModuleFacts.Lockdown is { } mode ? $", signed ones only (lockdown {mode})" : "") + (ModuleFacts.SecureBoot == true ? ", Secure Boot is on" : "");

    private void WriteHooks(TextWriter output)
    {
        if (HooksMissing is not null)
        {
            output.WriteLine($"hooks cannot be listed: {HooksMissing}");
        }

        if (Hooks is not { Count: > 0 })
        {
            return;
        }

        output.WriteLine();
        var table = new PlainTable("hook", "family", ">priority", ">program", "name", ">accepted", ">dropped", ">answered");
        foreach (AttachedHook hook in Hooks)
        {
            table.Add(
                hook.Place.Hook.Word(), hook.Place.Family.Word(), $"{hook.Place.Priority}", $"{hook.ProgramId}", hook.ProgramName,
                $"{hook.Accepted}", $"{hook.Dropped}", $"{hook.Answered}");
        }

        table.Write(output);
        output.WriteLine();
    }

    private void WriteHooks(Utf8JsonWriter json)
    {
        json.WriteStartArray("hooks");
        foreach (AttachedHook hook in Hooks ?? [])
        {
            json.WriteStartObject();
            json.WriteString("hook", hook.Place.Hook.Word());
            json.WriteString("family", hook.Place.Family.Word());
            json.WriteNumber("priority", hook.Place.Priority);
            json.WriteNumber("program", hook.ProgramId);
            json.WriteString("name", hook.ProgramName);
            json.WriteBoolean("defragments", hook.Defragments);
            json.WriteNumber("accepted", hook.Accepted);
            json.WriteNumber("dropped", hook.Dropped);
            json.WriteNumber("answered", hook.Answered);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
