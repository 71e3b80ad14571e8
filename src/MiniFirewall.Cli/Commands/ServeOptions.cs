using System.CommandLine;
using System.Globalization;
using MiniFirewall.Cli.Logging;
using MiniFirewall.Cli.Logging.Shipping;
using MiniFirewall.Cli.Services.Metrics;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Commands;

/// <summary>The options of minifw serve.</summary>
internal sealed class ServeOptions
{
    private const int UsualEvents = 1000;

    internal Option<int> Rate { get; } = Number("--rate", "Answers a second at most; packets beyond are dropped without one.", TokenRate.UsualRate);

    internal Option<int> Burst { get; } = Number("--burst", "Answers at once at most, after a pause.", TokenRate.UsualBurst);

    internal Option<string?> Log { get; } = Destination();

    internal Option<EventFormat> LogFormat { get; } = CommandOptions.EventFormat(EventFormat.Kernel, "--log-format");

    internal Option<int> LogRate { get; } = PerSecond("--log-rate", "Events a second at most, such as 100/second; how many were left out is told.", UsualEvents);

    internal Option<bool> LogDrops { get; } = new("--log-drops") { Description = "Events of every dropped packet too, not only of LOG rules." };

    internal Option<string?> Metrics { get; } = MetricsOption();

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Rate, Burst, Log, LogFormat, LogRate, LogDrops, Metrics])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            foreach (Option option in (Option[])[LogFormat, LogRate, LogDrops])
            {
                if (result.GetResult(option) is { Implicit: false } && result.GetResult(Log) is null)
                {
                    result.AddError($"{option.Name} says how events are sent, and needs --log, which says where");
                }
            }
        });
    }

    private static Option<int> Number(string name, string description, int usual)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && !(int.TryParse(word.Value, out int number) && number >= 1))
            {
                result.AddError($"{name} is a whole number from 1 on, not {word.Value}");
            }
        });
        return option;
    }

    private static Option<string?> Destination()
    {
        Option<string?> option = new("--log") { Description = $"Send events of LOG rules there: {LogDestination.Words}." };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && !LogDestination.IsKnown(word.Value))
            {
                result.AddError($"--log is {LogDestination.Words}, not {word.Value}");
            }
        });
        return option;
    }

    private static Option<string?> MetricsOption()
    {
        Option<string?> option = new("--metrics") { Description = $"Give metrics for Prometheus there, over HTTP at /metrics: {MetricsAddress.Words}.", HelpName = "ADDRESS" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && MetricsAddress.TryParse(word.Value) is null)
            {
                result.AddError($"--metrics is {MetricsAddress.Words}, not {word.Value}");
            }
        });
        return option;
    }

    private static Option<int> PerSecond(string name, string description, int usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            string[] parts = word.Split('/');
            bool isPerSecond = parts.Length == 1 || (parts.Length == 2 && parts[1] is "s" or "sec" or "second");
            if (!isPerSecond || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            {
                result.AddError($"{name} is a whole number from 1 on, with or without /second, not {word}");
                return usual;
            }

            return number;
        },
    };
}
