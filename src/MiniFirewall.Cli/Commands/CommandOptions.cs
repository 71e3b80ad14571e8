using System.CommandLine;

namespace MiniFirewall.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommandOptions
{
    internal static Option<bool> Json() => new("--json") { Description = "Print JSON, for programs." };
}
