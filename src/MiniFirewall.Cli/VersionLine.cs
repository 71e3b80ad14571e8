using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace MiniFirewall.Cli;

/// <summary>minifw --version: name and version in one line.</summary>
internal sealed class VersionLine : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    internal static void AddTo(RootCommand root) => root.Options.OfType<VersionOption>().Single().Action = new VersionLine();

    public override int Invoke(ParseResult parseResult)
    {
        string? version = typeof(VersionLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        Console.Out.WriteLine($"minifw {version?.Split('+')[0]}");
        return ExitCode.Done;
    }
}
