using MiniFirewall.Engine.Home;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Serving;

/// <summary>
/// The directory of the firewall's state for a process that gives up the capabilities which find it: it is found, and its file system
/// mounted, before, and handed over as an open descriptor.
/// </summary>
public sealed class ServiceHome : IDisposable
{
    private readonly HomeMount _home;

    private ServiceHome(HomeMount home) => _home = home;

    /// <summary>The descriptor to hand over.</summary>
    public Sys.FileDescriptor Descriptor => _home.Home.Descriptor;

    /// <exception cref="FirewallException">There is no place for the state.</exception>
    public static ServiceHome Open() => Refusals.Explained(() => new ServiceHome(HomeMount.OpenOrMount(HomeMount.UsualRoot)));

    /// <summary>Uses a directory that was handed over, for as long as the process lives.</summary>
    public static void Adopt(int descriptor) => HomeMount.Hold(HomeMount.UsualRoot, DirectoryHandle.Adopt(descriptor, HomeMount.UsualRoot));

    public void Dispose() => _home.Dispose();
}
