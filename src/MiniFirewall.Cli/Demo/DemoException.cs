namespace MiniFirewall.Cli.Demo;

/// <summary>The demo cannot go on, for a reason that is no bug.</summary>
internal sealed class DemoException(string message) : Exception(message);
