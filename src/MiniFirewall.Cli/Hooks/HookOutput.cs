using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Surroundings;

namespace MiniFirewall.Cli.Hooks;

/// <summary>What is on Netfilter's hooks, as a table or as JSON.</summary>
internal static class HookOutput
{
    internal static void Write(HostSurroundings surroundings)
    {
        var table = new PlainTable("family", "hook", ">priority", "owner", "what", ">rules", "policy", "device");
        foreach (HookedFunction hook in surroundings.Hooks)
        {
            table.Add(
                hook.Family, hook.Hook, hook.Priority is { } priority ? $"{priority}" : "?", OwnerOf(hook.Owner), hook.ProgramId is { } program ? $"{hook.Name} (program {program})" : hook.Name,
                hook.Rules is { } rules ? $"{rules}" : "", hook.Policy ?? "", hook.Device ?? "");
        }

        if (surroundings.Hooks.IsEmpty)
        {
            Console.Out.WriteLine("nothing is on Netfilter's hooks, as far as can be known");
        }
        else
        {
            table.Write(Console.Out);
        }

        foreach (InterfaceProgram program in surroundings.Programs)
        {
            Console.Out.WriteLine($"{program.Device}: {program.Name}{(program.ProgramId is { } id ? $" (program {id})" : "")} at {program.Place}");
        }

        foreach (string note in surroundings.Notes)
        {
            Console.Out.WriteLine($"note: {note}");
        }
    }

    internal static void WriteJson(Utf8JsonWriter json, HostSurroundings surroundings)
    {
        json.WriteStartObject();
        json.WriteBoolean("whole", surroundings.IsWhole);
        json.WriteStartArray("hooks");
        foreach (HookedFunction hook in surroundings.Hooks)
        {
            WriteHook(json, hook);
        }

        json.WriteEndArray();
        json.WriteStartArray("interfacePrograms");
        foreach (InterfaceProgram program in surroundings.Programs)
        {
            json.WriteStartObject();
            json.WriteString("device", program.Device);
            json.WriteString("place", program.Place);
            json.WriteString("name", program.Name);
            WriteNumber(json, "program", program.ProgramId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (string note in surroundings.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static string OwnerOf(HookOwner owner) => owner switch
    {
        HookOwner.Minifw => "minifw",
        HookOwner.Iptables => "iptables",
        HookOwner.Nftables => "nftables",
        HookOwner.Conntrack => "conntrack",
        HookOwner.Bpf => "bpf",
        _ => "other",
    };

    private static void WriteHook(Utf8JsonWriter json, HookedFunction hook)
    {
        json.WriteStartObject();
        json.WriteString("family", hook.Family);
        json.WriteString("hook", hook.Hook);
        WriteNumber(json, "priority", hook.Priority);
        json.WriteString("owner", OwnerOf(hook.Owner));
        json.WriteString("what", hook.Name);
        WriteNumber(json, "program", hook.ProgramId);
        WriteNumber(json, "rules", hook.Rules);
        WriteText(json, "policy", hook.Policy);
        WriteText(json, "device", hook.Device);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
