using MiniFirewall.Bpf;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class FeatureProbeTests
{
    /// <summary>The first kernel that has all of them.</summary>
    private static readonly Version Since = new(6, 4);

    /// <summary>An old kernel may lack them; a new one that does would make the other tests of the kernel mean nothing.</summary>
    [Fact]
    public void A_new_enough_kernel_has_every_feature()
    {
        string[] missing = [.. FeatureProbes.All().Where(probe => !probe.Present).Select(probe => probe.Reason)];
        Assert.SkipWhen(missing.Length > 0 && Environment.OSVersion.Version < Since, $"this kernel is older than {Since}: {string.Join("; ", missing)}");
        Assert.Empty(missing);
    }

    [Fact]
    public void A_missing_function_is_told_with_the_kernel_that_has_it()
    {
        FeatureProbe probe = FeatureProbes.Function("bpf_no_such", "99.1");
        Assert.False(probe.Present);
        Assert.Contains("bpf_no_such: it came with kernel 99.1", probe.Reason, StringComparison.Ordinal);
    }
}
