using MiniFirewall.Kernel.Tests.Sys;
using MiniFirewall.Sys;
using Xunit;

[assembly: AssemblyFixture(typeof(LeakGuard))]

namespace MiniFirewall.Kernel.Tests.Sys;

/// <summary>Fails the whole run where a test leaves a descriptor open, or to the finalizer, and names the stack that made it.</summary>
public sealed class LeakGuard : IDisposable
{
    private static readonly string[] Watched = ["anon_inode:bpf-map", "anon_inode:bpf-prog", "anon_inode:bpf_link", "anon_inode:btf", "net:["];

    private readonly int _before = Count();

    public LeakGuard() => DescriptorLedger.Enable();

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        IReadOnlyList<string> leaks = DescriptorLedger.Leaks();
        if (leaks.Count > 0)
        {
            throw new InvalidOperationException($"{leaks.Count} descriptors leaked:\n{string.Join('\n', leaks)}");
        }

        if (Count() > _before)
        {
            throw new InvalidOperationException($"{Count() - _before} more descriptors of BPF objects or namespaces than at the start, unknown to the ledger: {string.Join(", ", Open())}");
        }
    }

    private static int Count() => Open().Count();

    private static IEnumerable<string> Open() =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => File.ResolveLinkTarget(path, false)?.Name ?? "")
            .Where(target => Watched.Any(target.StartsWith));
}
