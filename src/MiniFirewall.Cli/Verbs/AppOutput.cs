using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Verbs;

/// <summary>Application profiles as text or as JSON.</summary>
internal static class AppOutput
{
    internal static void WriteList(AppProfiles profiles)
    {
        var table = new PlainTable("application", "ports", "title");
        foreach (AppProfile profile in profiles.All)
        {
            table.Add(profile.Name, string.Join('|', profile.Ports), profile.Title);
        }

        if (profiles.All.Any())
        {
            table.Write(Console.Out);
        }
        else
        {
            Console.Out.WriteLine($"no application profiles: there are none in {AppProfiles.Directory}");
        }

        foreach (string wrong in profiles.Wrong)
        {
            Console.Error.WriteLine($"minifw: warning: {wrong}");
        }
    }

    internal static void Write(AppProfile profile)
    {
        PlainTable facts = PlainTable.WithoutHeads(2);
        facts.Add("profile", profile.Name);
        facts.Add("title", profile.Title);
        facts.Add("description", profile.Description);
        facts.Add("ports", string.Join(", ", profile.Ports));
        facts.Add("file", profile.File);
        facts.Write(Console.Out);
    }

    internal static void WriteJson(Utf8JsonWriter json, AppProfile profile)
    {
        json.WriteStartObject();
        json.WriteString("name", profile.Name);
        json.WriteString("title", profile.Title);
        json.WriteString("description", profile.Description);
        json.WriteStartArray("ports");
        foreach (string port in profile.Ports)
        {
            json.WriteStringValue(port);
        }

        json.WriteEndArray();
        json.WriteString("file", profile.File);
        json.WriteEndObject();
    }
}
