using MiniFirewall.Kernel.Tests.Engine;

namespace MiniFirewall.Kernel.Tests.Logging;

/// <summary>Shell lines in a test's namespace.</summary>
internal static class NamespaceShell
{
    extension(TestNamespace network)
    {
        /// <summary>What the script says; a script that fails fails the test.</summary>
        internal string Shell(string script) => Command.Run("ip", "netns", "exec", network.Name, "bash", "-c", script);
    }
}
