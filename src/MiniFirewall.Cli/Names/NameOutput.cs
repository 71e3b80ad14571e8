using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Cli.Names;

/// <summary>The host names of the rules in force, for people and for programs.</summary>
internal static class NameOutput
{
    internal static void Write(IReadOnlyList<KnownName> names, bool asJson, DateTimeOffset now)
    {
        if (asJson)
        {
            JsonOutput.Document(json => WriteJson(json, names, now.ToUnixTimeSeconds()));
        }
        else if (names.Count == 0)
        {
            Console.Out.WriteLine("no rule in force names a host");
        }
        else
        {
            WriteTable(names, now.ToUnixTimeSeconds());
        }
    }

    /// <summary>Writes the array of names.</summary>
    internal static void WriteJson(Utf8JsonWriter json, IEnumerable<KnownName> names, long now)
    {
        json.WriteStartArray();
        foreach (KnownName name in names)
        {
            json.WriteStartObject();
            json.WriteString("name", name.Name);
            json.WriteBoolean("pattern", name.IsPattern);
            json.WriteStartArray("addresses");
            foreach (KnownAddress address in name.Addresses)
            {
                json.WriteStartObject();
                json.WriteString("address", AddressNotation.Print(address.Family, address.Address));
                json.WriteString("family", address.Family.Word());
                json.WriteNumber("secondsLeft", Math.Max(0, address.Until - now));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("from", name.Origin);
            WriteTime(json, "asked", name.Asked);
            WriteTime(json, "answered", name.Answered);
            WriteTime(json, "next", name.IsPattern ? 0 : name.Next);
            json.WriteNumber("failures", name.Failures);
            json.WriteString("error", name.Error);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTable(IEnumerable<KnownName> names, long now)
    {
        var table = new PlainTable("name", "address", ">seconds left", "from", ">answered", ">next", "error");
        foreach (KnownName name in names)
        {
            string next = name.IsPattern ? "-" : name.Next == 0 ? "now" : $"in {Math.Max(0, name.Next - now)} s";
            string answered = name.Answered == 0 ? "never" : $"{Math.Max(0, now - name.Answered)} s ago";
            string[] first = name.IsKnown ? Cells(name.Addresses[0], now) : ["none", "-"];
            table.Add([name.Name, .. first, name.Origin.Length > 0 ? name.Origin : "-", answered, next, name.Error]);
            foreach (KnownAddress address in name.Addresses.Skip(1))
            {
                table.Add(["", .. Cells(address, now), "", "", "", ""]);
            }
        }

        table.Write(Console.Out);
    }

    /// <summary>An address whose time is over is there for the connections that it has.</summary>
    private static string[] Cells(KnownAddress address, long now) =>
        [AddressNotation.Print(address.Family, address.Address), address.Until > now ? $"{address.Until - now}" : "in use"];

    private static void WriteTime(Utf8JsonWriter json, string what, long seconds)
    {
        if (seconds > 0)
        {
            json.WriteString(what, DateTimeOffset.FromUnixTimeSeconds(seconds));
        }
    }
}
