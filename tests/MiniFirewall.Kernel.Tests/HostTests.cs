using Xunit;

namespace MiniFirewall.Kernel.Tests;

public sealed class HostTests
{
    [Fact]
    public void Tests_of_the_kernel_run_as_root() => Assert.True(Environment.IsPrivilegedProcess);
}
