using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Top;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw top: rules by what they meet just now, connections and drops.</summary>
internal static class TopCommand
{
    private const double MostSeconds = 3600, LeastSeconds = 0.1;

    internal static Command Create()
    {
        Option<double> interval = new("--interval", "-d") { Description = "Seconds between two looks.", DefaultValueFactory = _ => 1, HelpName = "SECONDS" };
        Option<bool> once = new("--once") { Description = "Look twice, print one table and end; so it is where the output is no terminal." };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("top", "Show rules by what they meet just now, with connections and drops; q ends it.") { interval, once, json };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(interval), result.GetValue(once), result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw top
            minifw top --interval 5
            minifw top --once
            minifw top --json | jq '.rules[0]'
            """);
        return command;
    }

    private static int Run(double seconds, bool once, bool asJson)
    {
        if (seconds is not (>= LeastSeconds and <= MostSeconds))
        {
            throw new UsageException($"--interval takes seconds from {LeastSeconds} to {MostSeconds:0}");
        }

        FirewallEngine engine = FirewallEngine.Open();
        using var interruption = new Interruption();
        TimeSpan interval = TimeSpan.FromSeconds(seconds);
        if (!once && !asJson && !Console.IsOutputRedirected)
        {
            TopScreen.Run(engine, interval, interruption.Token);
            return ExitCode.Done;
        }

        TopSample before = TopSample.Take(engine);
        interruption.Token.WaitHandle.WaitOne(interval);
        TopSample now = TopSample.Take(engine);
        var view = new TopView(now, now.RatesSince(before));
        if (asJson)
        {
            JsonOutput.Document(view.WriteJson);
        }
        else
        {
            view.Write(Console.Out, int.MaxValue, int.MaxValue);
        }

        return ExitCode.Done;
    }
}
