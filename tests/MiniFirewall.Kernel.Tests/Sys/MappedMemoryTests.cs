using MiniFirewall.Bpf;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Sys;

public sealed class MappedMemoryTests
{
    [Fact]
    public void A_mapped_file_reads_as_the_file()
    {
        string path = Path.GetTempFileName();
        try
        {
            byte[] content = [.. Enumerable.Range(0, 10_000).Select(i => (byte)i)];
            File.WriteAllBytes(path, content);
            MappedMemory mapped = MappedMemory.TryMapFile(path)!;
            Assert.True(content.AsSpan().SequenceEqual(mapped.Memory.Span));
            ((IDisposable)mapped).Dispose();
            Assert.Throws<ObjectDisposedException>(() => mapped.Memory.Span.Length);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_mapped_is_null() => Assert.Null(MappedMemory.TryMapFile("/proc/self/stat"));

    [Fact]
    public void The_kernels_types_are_the_same_mapped_and_read() =>
        Assert.Equal(Btf.KernelTypes.Parse(File.ReadAllBytes(KernelBtf.Path)).Count, KernelBtf.Types.Count);
}
