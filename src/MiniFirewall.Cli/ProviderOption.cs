using System.CommandLine;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli;

/// <summary>--provider, which every command has, and which may stand before iptables' names too.</summary>
internal static class ProviderOption
{
    private const string Name = "--provider";

    internal static void AddTo(RootCommand root)
    {
        Option<HookProvider?> option = new(Name)
        {
            Recursive = true,
            HelpName = "bpf|module",
            Description = $"Who puts programs on the hooks: BPF links (Linux 6.4) or the kernel module; unless given, what {ProviderChoice.Variable} says, else what the kernel has.",
            CustomParser = result =>
            {
                HookProvider? provider = ProviderChoice.TryParse(result.Tokens[0].Value);
                ProviderChoice.Asked = provider ?? ProviderChoice.Asked;
                if (provider is null)
                {
                    result.AddError(Wrong(result.Tokens[0].Value));
                }

                return provider;
            },
        };
        root.Options.Add(option);
    }

    /// <summary>Takes a --provider off the front of a command line.</summary>
    /// <exception cref="UsageException">It names none.</exception>
    internal static string[] TakeFrom(string[] arguments)
    {
        (string? value, int words) = arguments switch
        {
            [Name, var next, ..] => (next, 2),
            [var first, ..] when first.StartsWith(Name + "=", StringComparison.Ordinal) => (first[(Name.Length + 1)..], 1),
            _ => ((string?)null, 0),
        };
        if (value is not null)
        {
            ProviderChoice.Asked = ProviderChoice.TryParse(value) ?? throw new UsageException(Wrong(value));
        }

        return arguments[words..];
    }

    private static string Wrong(string value) => $"{Name} is bpf or module, not {value}";
}
