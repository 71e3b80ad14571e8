namespace MiniFirewall.Verbs;

/// <summary>Intents as the words that make them, and as the columns of "status numbered".</summary>
public static class IntentText
{
    private const string Anywhere = "Anywhere";

    /// <summary>The whole command but for the comment.</summary>
    public static string Of(Intent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var words = new List<string>();
        if (intent.Direction == Direction.Routed)
        {
            words.Add("route");
        }

        words.Add(intent.Action.Word());
        AddDirection(words, intent);
        if (intent.Log != EntryLog.None)
        {
            words.Add(intent.Log == EntryLog.New ? "log" : "log-all");
        }

        AddPackets(words, intent);
        return string.Join(' ', words);
    }

    /// <summary>Where the packets go: ports, addresses, the interface.</summary>
    public static string To(Intent intent) => End(intent, intent.To, Ports(intent, isSource: false), intent.Direction == Direction.In ? intent.InInterface : intent.OutInterface, isTo: true);

    /// <summary>Where they come from.</summary>
    public static string From(Intent intent) => End(intent, intent.From, Ports(intent, isSource: true), intent.Direction == Direction.Routed ? intent.InInterface : null, isTo: false);

    private static void AddDirection(List<string> words, Intent intent)
    {
        if (intent.InInterface is not null)
        {
            words.AddRange(["in", "on", intent.InInterface]);
        }
        else if (intent.Direction == Direction.In)
        {
            words.Add("in");
        }

        if (intent.OutInterface is not null)
        {
            words.AddRange(["out", "on", intent.OutInterface]);
        }
        else if (intent.Direction == Direction.Out)
        {
            words.Add("out");
        }
    }

    private static void AddPackets(List<string> words, Intent intent)
    {
        PortItem item = intent.Items[0];
        string? protocol = intent.App is null && intent.Items.Length == 1 ? item.Protocol : null;
        bool isSimple = intent is { From: null, To: null, AppIsSource: false } && item.FromPorts is null && (intent.App is not null || item.ToPorts is not null);
        if (isSimple)
        {
            words.Add(intent.App is { } app ? Quoted(app) : protocol is null ? item.ToPorts! : $"{item.ToPorts}/{protocol}");
            return;
        }

        AddEnd(words, "from", intent.From, intent.AppIsSource ? intent.App : null, item.FromPorts);
        AddEnd(words, "to", intent.To, intent.AppIsSource ? null : intent.App, item.ToPorts);
        if (words[^1] is "in" or "out" or "allow" or "deny" or "reject" or "limit" or "log" or "log-all")
        {
            words.AddRange(["from", "any"]);
        }

        if (protocol is not null)
        {
            words.AddRange(["proto", protocol]);
        }
    }

    private static void AddEnd(List<string> words, string word, string? address, string? app, string? ports)
    {
        if (address is null && app is null && ports is null)
        {
            return;
        }

        words.AddRange([word, address ?? "any"]);
        if (app is not null)
        {
            words.AddRange(["app", Quoted(app)]);
        }
        else if (ports is not null)
        {
            words.AddRange(["port", ports]);
        }
    }

    private static string? Ports(Intent intent, bool isSource)
    {
        if (intent.App is not null)
        {
            return isSource == intent.AppIsSource ? intent.App : null;
        }

        PortItem item = intent.Items[0];
        string? ports = isSource ? item.FromPorts : item.ToPorts;
        return intent.Items.Length > 1 ? ports : ports is null
            ? isSource || item.FromPorts is not null ? null : item.Protocol is null ? null : $"({item.Protocol})"
            : $"{ports}/{item.Protocol}";
    }

    private static string End(Intent intent, string? address, string? ports, string? name, bool isTo)
    {
        string place = (address, ports) switch
        {
            (null, null) => Anywhere,
            (null, { } only) when isTo && only[0] != '(' => only,
            _ => $"{address ?? Anywhere}{(ports is null ? "" : " " + ports)}",
        };
        return name is null ? place : $"{place} on {name}";
    }

    private static string Quoted(string name) => name.Contains(' ', StringComparison.Ordinal) ? $"'{name}'" : name;
}
