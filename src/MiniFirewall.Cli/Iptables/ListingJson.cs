using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Listing;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Iptables;

/// <summary>iptables -L and -S as JSON: docs/json.md.</summary>
internal static class ListingJson
{
    internal static void Write(Utf8JsonWriter json, RuleListing listing, LoadedRuleSet? loaded, Family family)
    {
        json.WriteStartObject();
        json.WriteString("family", family.Word());
        json.WriteString("table", TableName.Filter);
        json.WriteStartArray("chains");
        foreach (Chain chain in listing.Chains)
        {
            WriteChain(json, listing, loaded, chain, family);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteChain(Utf8JsonWriter json, RuleListing listing, LoadedRuleSet? loaded, Chain chain, Family family)
    {
        json.WriteStartObject();
        json.WriteString("name", chain.Name);
        if (chain.IsBuiltIn)
        {
            json.WriteString("policy", chain.PolicyOf(family).Verdict.Word());
            json.WriteCounters(listing.CountersOf(chain, 0));
        }
        else
        {
            json.WriteNumber("references", listing.ReferencesTo(chain));
        }

        json.WriteStartArray("rules");
        foreach (ViewedRule rule in listing.RulesOf(chain))
        {
            json.WriteStartObject();
            json.WriteNumber("id", loaded!.CounterOf(chain, rule.Place, family));
            json.WriteNumber("number", rule.Number);
            json.WriteString("text", rule.Rule.ToString());
            json.WriteCounters(listing.CountersOf(chain, rule.Place));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
