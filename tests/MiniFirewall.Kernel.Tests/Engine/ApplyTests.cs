using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class ApplyTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    [Fact]
    public void Packets_meet_the_rules_of_the_last_apply()
    {
        Assert.Equal("", _namespace.Run(Rules.Dropped));
        _namespace.Apply(Rules.First);
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
        _namespace.Apply(Rules.Second);
        Assert.Equal(Rules.DroppedBySecond, _namespace.Run(Rules.Dropped));
        _namespace.Apply(Rules.First);
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
    }

    public void Dispose() => _namespace.Dispose();
}
