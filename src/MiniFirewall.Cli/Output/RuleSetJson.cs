using System.Text.Json;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Cli.Output;

/// <summary>The rules in force as JSON, with each family's counters; a counter's id stays its rule's over reloads.</summary>
internal static class RuleSetJson
{
    private static readonly Family[] Families = [Family.IPv4, Family.IPv6];

    internal static void Write(Utf8JsonWriter json, LoadedRuleSet? loaded)
    {
        json.WriteStartObject();
        json.WriteBoolean("loaded", loaded is not null);
        if (loaded is not null)
        {
            json.WriteNumber("generation", loaded.Generation);
            json.WriteString("since", loaded.AppliedAt);
            json.WriteStartArray("sets");
            foreach (NamedSet set in loaded.Rules.Sets)
            {
                json.WriteStartObject();
                json.WriteString("name", set.Name);
                json.WriteString("type", set.Type.Name);
                json.WriteNumber("elements", set.Elements.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("connections");
            foreach (ConnectionSettingValue set in loaded.Rules.ConnectionSettings)
            {
                json.WriteNumber(set.Setting.Name, set.Value);
            }

            json.WriteEndObject();
            json.WriteStartArray("chains");
            foreach (Chain chain in loaded.Rules.Chains)
            {
                WriteChain(json, loaded, chain);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteChain(Utf8JsonWriter json, LoadedRuleSet loaded, Chain chain)
    {
        json.WriteStartObject();
        json.WriteString("name", chain.Name);
        if (chain.Hook is { } hook)
        {
            json.WriteString("hook", hook.Word());
            WritePolicy(json, loaded, chain);
        }

        json.WriteStartArray("rules");
        for (int i = 0; i < chain.Rules.Length; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("number", i + 1);
            json.WriteString("text", chain.Rules[i].ToString());
            WriteCounters(json, loaded, chain, i + 1, chain.Rules[i].Families);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePolicy(Utf8JsonWriter json, LoadedRuleSet loaded, Chain chain)
    {
        json.WriteStartObject("policy");
        foreach (Family family in Families)
        {
            json.WriteString(family.Word(), chain.PolicyOf(family).Verdict.Word());
        }

        WriteCounters(json, loaded, chain, 0, FamilySet.Both);
        json.WriteEndObject();
    }

    private static void WriteCounters(Utf8JsonWriter json, LoadedRuleSet loaded, Chain chain, int number, FamilySet families)
    {
        json.WriteStartObject("counters");
        foreach (Family family in Families.Where(f => families.Has(f)))
        {
            json.WriteStartObject(family.Word());
            json.WriteNumber("id", loaded.CounterOf(chain, number, family));
            json.WriteCounters(loaded.OfRule(chain, number, family));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
