using System.Runtime.CompilerServices;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Sys;

public sealed class DescriptorLedgerTests
{
    [Fact]
    public void An_open_descriptor_is_known_by_its_maker_until_it_is_closed()
    {
        BpfMap map = MadeHere();
        Assert.Contains(DescriptorLedger.Leaks(), leak => leak.Contains(nameof(MadeHere), StringComparison.Ordinal));
        map.Dispose();
        map.Dispose();
        Assert.DoesNotContain(DescriptorLedger.Leaks(), leak => leak.Contains(nameof(MadeHere), StringComparison.Ordinal));
    }

    [Fact]
    public void A_closed_descriptor_has_no_number()
    {
        var descriptor = new FileDescriptor(-1);
        descriptor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => descriptor.Number);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static BpfMap MadeHere() => BpfMap.Create(new("ledger", MapType.Array, 4, 4, 1));
}
