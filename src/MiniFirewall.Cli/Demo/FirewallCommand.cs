namespace MiniFirewall.Cli.Demo;

/// <summary>Runs minifw itself inside a namespace, the way an administrator would: under `ip netns exec`.</summary>
internal static class FirewallCommand
{
    internal static ChildResult Run(string networkNamespace, IReadOnlyList<string> arguments, string input) =>
        IpTool.Run(["netns", "exec", networkNamespace, Environment.ProcessPath!, .. arguments], input);
}
