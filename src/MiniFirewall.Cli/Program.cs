namespace MiniFirewall.Cli;

internal static class Program
{
    private static int Main(string[] arguments) => MinifwCommandLine.Run(Environment.GetCommandLineArgs()[0], arguments);
}
