using System.Text.Json;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// `./bench reload`: the rules are replaced again and again while packets come as fast as they can; a packet of a flow that
/// both rule sets pass may not be lost, one of a flow that both drop may not come through.
/// </summary>
internal static class ReloadBench
{
    private const int Usual = 1000, SecondsATime = 20, MostTurns = 100;

    /// <summary>The exit code: 1 where a packet was judged by neither rule set, or by a mixture; 2 for arguments that are none.</summary>
    /// <param name="arguments">The number of reloads, and --write for docs/performance.md; both may be left out.</param>
    internal static int Run(ReadOnlySpan<string> arguments)
    {
        bool write = arguments is [.., "--write"];
        ReadOnlySpan<string> rest = write ? arguments[..^1] : arguments;
        int reloads = rest is [var number] && int.TryParse(number, out int given) ? given : Usual;
        if (rest.Length > 1 || reloads <= 0)
        {
            Console.Error.WriteLine("usage: ./bench reload [N] [--write]");
            return 2;
        }

        using Yardstick? yardstick = Yardstick.TryMake();
        if (yardstick is null)
        {
            return 0;
        }

        var table = new TextTable("policy", "reloads", "failed", "packets to pass", "lost", "packets to drop", "came through");
        bool clean = true;
        foreach (string policy in (string[])["ACCEPT", "DROP"])
        {
            Tally tally = RunPolicy(yardstick, policy, reloads);
            clean &= tally is { Failed: 0, Lost: 0, Leaked: 0 };
            table.Add(policy, $"{tally.Reloads}", $"{tally.Failed}", $"{tally.ToPass}", $"{tally.Lost}", $"{tally.ToDrop}", $"{tally.Leaked}");
        }

        Console.WriteLine(table);
        if (write)
        {
            new PerformanceDocument("docs").Write([("reloads", table)]);
        }

        return clean ? 0 : 1;
    }

    private static Tally RunPolicy(Yardstick yardstick, string policy, int reloads)
    {
        var tally = new Tally();
        for (int turn = 0; turn < MostTurns && tally.Reloads < reloads; turn++)
        {
            yardstick.Run("reload.py", ["-n", "1000", "--secs", $"{SecondsATime}", "--policy", policy, "--cmd", $"{Tool.Minifw} apply %f"]);
            using var document = JsonDocument.Parse(File.ReadAllText(yardstick.NewestResult("reload")));
            foreach (JsonElement row in document.RootElement.EnumerateArray().Where(row => row.ValueKind == JsonValueKind.Object))
            {
                tally += Tally.Of(row);
            }
        }

        return tally;
    }

    private readonly record struct Tally(long Reloads, long Failed, long ToPass, long Lost, long ToDrop, long Leaked)
    {
        public static Tally operator +(Tally a, Tally b) => new(
            a.Reloads + b.Reloads, a.Failed + b.Failed, a.ToPass + b.ToPass, a.Lost + b.Lost, a.ToDrop + b.ToDrop, a.Leaked + b.Leaked);

        internal static Tally Of(JsonElement row)
        {
            JsonElement sent = row.GetProperty("sent");
            return new(
                row.GetProperty("reloads").GetInt64(), row.GetProperty("fails").GetInt64(), sent.GetProperty("P").GetInt64(),
                row.GetProperty("lost").GetInt64(), sent.GetProperty("D").GetInt64(), row.GetProperty("leaked").GetInt64());
        }
    }
}
