using System.Collections.Immutable;
using System.CommandLine;
using MiniFirewall.Cli.Drops;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw drops: what is dropped here, by which rule, from whom, and what would let it pass.</summary>
internal static class DropsCommand
{
    private const double UsualSeconds = 2, MostSeconds = 86_400;

    internal static Command Create()
    {
        Option<bool> follow = new("--follow", "-f") { Description = "Print packets as they are dropped, until interrupted." };
        Option<double> seconds = new("--for") { Description = "So many seconds dropped packets are watched; 0 prints counters alone.", DefaultValueFactory = _ => UsualSeconds, HelpName = "SECONDS" };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("drops", "Print what is dropped: counters at once, then packets for a while, with the command that would allow them.") { follow, seconds, json };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(follow), result.GetValue(seconds), result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw drops
            minifw drops --for 30
            minifw drops -f
            minifw drops --for 10 --json | jq -r '.drops[].allow'
            """);
        return command;
    }

    private static int Run(bool follow, double seconds, bool asJson)
    {
        if (seconds is not (>= 0 and <= MostSeconds))
        {
            throw new UsageException($"--for takes seconds from 0 to {MostSeconds:0}");
        }

        FirewallEngine engine = FirewallEngine.Open();
        LoadedRuleSet loaded = engine.Read() ?? throw new FirewallException(
            FirewallFailure.Refused, "no rules are loaded in this network namespace, so nothing is dropped; minifw apply FILE or minifw default deny incoming loads some");
        using var interruption = new Interruption();
        if (follow)
        {
            return Follow(engine, asJson, interruption.Token);
        }

        ImmutableArray<DropCounter> counters = DropCounter.Of(loaded);
        if (!asJson)
        {
            DropOutput.WriteCounters(counters);
            Console.Out.Flush();
        }

        TimeSpan time = TimeSpan.FromSeconds(seconds);
        using EventReader? events = seconds == 0 ? null : Open(engine);
        DropWatch? watch = events is null ? null : new DropWatch(engine, events);
        watch?.Run(time, interruption.Token);
        if (asJson)
        {
            JsonOutput.Document(json => DropOutput.WriteJson(json, counters, watch, time));
        }
        else if (watch is not null)
        {
            Console.Out.WriteLine();
            DropOutput.WriteGroups(watch, time);
        }

        return ExitCode.Done;
    }

    /// <summary>Null, and a word, where another process reads the events: counters are told all the same.</summary>
    private static EventReader? Open(FirewallEngine engine)
    {
        try
        {
            return engine.OpenEvents();
        }
        catch (FirewallException refusal) when (refusal.Failure == FirewallFailure.Refused)
        {
            Console.Error.WriteLine($"minifw: packets are not watched, only counted: {refusal.Message}");
            return null;
        }
    }

    private static int Follow(FirewallEngine engine, bool asJson, CancellationToken stop)
    {
        using EventReader? events = engine.OpenEvents();
        if (events is null)
        {
            throw new FirewallException(FirewallFailure.Refused, "no rules are loaded in this network namespace");
        }

        var watch = new DropWatch(engine, events);
        watch.Run(limit: null, stop, asJson ? (packet, group, _) => DropOutput.WriteJsonLine(packet, group) : DropOutput.WriteLine);
        DropOutput.TellLoss(watch);
        return ExitCode.Done;
    }
}
