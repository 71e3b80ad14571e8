using System.Globalization;
using System.Text.Json;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>A port of this host whose packets are led on to another address, as Docker publishes containers' ports.</summary>
/// <param name="Port">Null for all.</param>
/// <param name="To">Where they go, with <paramref name="ToPort"/>.</param>
/// <param name="By">Whose rule says so.</param>
public sealed record PublishedPort(Family Family, string Protocol, int? Port, string To, int ToPort, string By)
{
    /// <summary>Those of iptables' rules (either kind) and of nftables' own.</summary>
    public static IReadOnlyList<PublishedPort> Of(HostSurroundings surroundings)
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        var found = new List<PublishedPort>();
        foreach ((string program, Family family, SavedRules rules) in surroundings.Saved)
        {
            found.AddRange(rules.Rules.Where(rule => rule.Table == "nat").Select(rule => OfRule(family, rule.Rule, $"{program.Replace("-save", "", StringComparison.Ordinal)}, chain {rule.Chain}")).OfType<PublishedPort>());
        }

        if (surroundings.Hooks.Any(hook => hook.Owner == HookOwner.Nftables) && SystemTool.TryRun("nft", "-j", "list", "ruleset") is { } json)
        {
            found.AddRange(OfNft(json));
        }

        return [.. found.DistinctBy(port => (port.Family, port.Protocol, port.Port, port.To, port.ToPort))];
    }

    /// <summary>Of "-p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80"; null for every other rule.</summary>
    internal static PublishedPort? OfRule(Family family, string rule, string by)
    {
        string[] words = rule.Split(' ');
        if (Behind(words, "-j") != "DNAT" || Behind(words, "--to-destination") is not { } to || Behind(words, "-p") is not ("tcp" or "udp") || words.Contains("!") && Behind(words, "!") is "--dport" or "-p")
        {
            return null;
        }

        int? port = int.TryParse(Behind(words, "--dport"), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        int colon = to.LastIndexOf(':');
        bool hasPort = family == Family.IPv4 ? colon > 0 : to.Contains("]:", StringComparison.Ordinal);
        string address = (hasPort ? to[..colon] : to).Trim('[', ']');
        int toPort = hasPort && int.TryParse(to[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : port ?? 0;
        return System.Net.IPAddress.TryParse(address, out _) && toPort > 0 ? new(family, Behind(words, "-p")!, port, address, toPort, by) : null;
    }

    /// <summary>Rules of nft's JSON with a dnat to one address, such as Docker's own nftables back end makes.</summary>
    internal static IEnumerable<PublishedPort> OfNft(string json)
    {
        var found = new List<PublishedPort>();
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("rule", out JsonElement rule) && rule.TryGetProperty("expr", out JsonElement expressions) && OfNftRule(rule, expressions) is { } port)
            {
                found.Add(port);
            }
        }

        return found;
    }

    private static PublishedPort? OfNftRule(JsonElement rule, JsonElement expressions)
    {
        string? protocol = null, address = null;
        int? port = null, toPort = null;
        foreach (JsonElement expression in expressions.EnumerateArray())
        {
            if (expression.TryGetProperty("match", out JsonElement match) && match.TryGetProperty("left", out JsonElement left) && left.ValueKind == JsonValueKind.Object
                && left.TryGetProperty("payload", out JsonElement payload) && payload.TryGetProperty("field", out JsonElement field) && field.GetString() == "dport")
            {
                protocol = payload.GetProperty("protocol").GetString();
                port = match.GetProperty("right") is { ValueKind: JsonValueKind.Number } right ? right.GetInt32() : null;
            }
            else if (expression.TryGetProperty("dnat", out JsonElement dnat) && dnat.ValueKind == JsonValueKind.Object && dnat.TryGetProperty("addr", out JsonElement to) && to.ValueKind == JsonValueKind.String)
            {
                address = to.GetString();
                toPort = dnat.TryGetProperty("port", out JsonElement number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : null;
            }
        }

        return address is not null && protocol is "tcp" or "udp" && System.Net.IPAddress.TryParse(address, out System.Net.IPAddress? parsed) && (toPort ?? port) is { } target
            ? new(parsed.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? Family.IPv4 : Family.IPv6, protocol, port, address, target,
                $"nftables, chain {rule.GetProperty("table").GetString()} {rule.GetProperty("chain").GetString()}")
            : null;
    }

    private static string? Behind(string[] words, string option) => Array.IndexOf(words, option) is var at and >= 0 && at + 1 < words.Length ? words[at + 1] : null;
}
