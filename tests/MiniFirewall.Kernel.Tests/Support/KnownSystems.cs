using MiniFirewall.Kernel.Tests.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Fingerprints of systems that the kernel knows until this is disposed of: of all namespaces, so by names that nobody else takes.</summary>
internal sealed class KnownSystems : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    /// <param name="lines">As in pf.os (nfnl_osf(8)).</param>
    internal KnownSystems(params string[] lines)
    {
        File.WriteAllLines(_file, lines);
        Assert.Equal(0, Command.Try("nfnl_osf", "-f", _file).ExitCode);
    }

    public void Dispose()
    {
        Command.Try("nfnl_osf", "-d", "-f", _file);
        File.Delete(_file);
    }
}
