using MiniFirewall.Sys.Files;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class GracePeriodTests
{
    [Fact]
    public void Both_ways_of_waiting_work_here()
    {
        GracePeriod.Wait();
        GracePeriod.WaitByPacketSocket();
    }
}
