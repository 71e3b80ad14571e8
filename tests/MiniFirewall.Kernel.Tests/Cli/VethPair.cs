using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>Two namespaces with a cable between them: veth0 (10.9.0.1, 2001:db8:9::1) here, veth1 (.2, ::2) there.</summary>
internal static class VethPair
{
    internal static void Join(NamedNamespace here, NamedNamespace there)
    {
        CommandResult made = here.Shell($"""
            set -e
            ip link add veth0 type veth peer name veth1 netns {there.Path}
            ip addr add 10.9.0.1/24 dev veth0; ip addr add 2001:db8:9::1/64 dev veth0 nodad; ip link set veth0 up
            nsenter --net={there.Path} sh -c 'ip addr add 10.9.0.2/24 dev veth1; ip addr add 2001:db8:9::2/64 dev veth1 nodad; ip link set veth1 up'
            """);
        Assert.True(made.ExitCode == 0, made.Error);
    }
}
