using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Home;

/// <summary>
/// Where everything is kept: a directory under /run with lock files, and in it a bpffs of our own with the pins. It lies in
/// the outer mount namespace, because a mount made inside "ip netns exec" or "unshare -m" ends with the command. Both are
/// held as open directories, so that any thread, in any mount namespace, works on the same ones.
/// </summary>
internal sealed class HomeMount : IDisposable
{
    /// <summary>The directory of every state but that of tests.</summary>
    internal const string UsualRoot = "/run/minifw";

    private const string Mount = "bpf", MountLock = "mount-lock";

    /// <summary>A directory that this process was handed; it may lie in a mount namespace out of reach.</summary>
    private static (string Root, DirectoryHandle Home)? s_held;

    private readonly string _root;

    private HomeMount(string root, DirectoryHandle home, DirectoryHandle pins)
    {
        _root = root;
        Home = home;
        Pins = pins;
    }

    /// <summary>Ordinary files: locks.</summary>
    internal DirectoryHandle Home { get; }

    /// <summary>The bpffs.</summary>
    internal DirectoryHandle Pins { get; }

    /// <summary>Path of a namespace's pins, in the mount namespace that has them.</summary>
    internal static string PinsOf(string root, NetworkNamespace network) => $"{root}/{Mount}/{network.Name}";

    /// <summary>Uses this directory for the root from now on, for as long as the process lives.</summary>
    internal static void Hold(string root, DirectoryHandle home) => s_held = (root, home);

    /// <summary>Opens what is there; null where nothing is mounted, so that there is no state either.</summary>
    internal static HomeMount? TryOpen(string root) => IsHeld(root) ? OpenMounted(root) : InOuter(() => OpenMounted(root));

    /// <summary>Opens what is there, and mounts it first where it is missing.</summary>
    internal static HomeMount OpenOrMount(string root) => TryOpen(root) ?? InOuter(() => OpenMounted(root) ?? MountAndOpen(root));

    /// <summary>The namespaces that have a directory of pins. The kernel puts files of its own into a bpffs (maps.debug, progs.debug).</summary>
    internal IEnumerable<NetworkNamespace> Namespaces() => NamespacesIn(Pins);

    /// <summary>Closes, and unmounts the bpffs where it is empty and nobody else has it open.</summary>
    internal void DisposeAndUnmountWhereEmpty()
    {
        bool empty = !Namespaces().Any();
        Dispose();
        if (empty && !IsHeld(_root))
        {
            UnmountWhereEmpty(_root);
        }
    }

    public void Dispose()
    {
        Pins.Dispose();
        Home.Dispose();
    }

    private static void UnmountWhereEmpty(string root) => InOuter(() =>
    {
        using DirectoryHandle? home = DirectoryHandle.TryOpen(root);
        if (home is not null)
        {
            using FileLock? mounting = FileLock.TryTake(home, MountLock, timeout: null);

            // A service has it open in a mount namespace of its own, which keeps nobody from unmounting it here: what is mounted next it would not see.
            if (!RejectWatch.IsAnyAtWork(home) && IsEmptyMount(home) && BpfFileSystem.TryUnmount($"{root}/{Mount}"))
            {
                home.Remove(Mount);
                mounting!.RemoveFile();
            }
        }

        return true;
    });

    private static T InOuter<T>(Func<T> work) => MountNamespace.FindOuter() is { } outer ? outer.Run(work) : work();

    private static bool IsHeld(string root) => s_held?.Root == root;

    private static HomeMount? OpenMounted(string root)
    {
        DirectoryHandle? home = IsHeld(root) ? s_held!.Value.Home.TryOpenDirectory(".") : DirectoryHandle.TryOpen(root);
        DirectoryHandle? pins = home?.TryOpenDirectory(Mount);
        if (pins is not null && BpfFileSystem.Holds(pins))
        {
            return new(root, home!, pins);
        }

        pins?.Dispose();
        home?.Dispose();
        return null;
    }

    private static HomeMount MountAndOpen(string root)
    {
        string above = Path.GetDirectoryName(root)!;
        using DirectoryHandle? parent = DirectoryHandle.TryOpen(above);
        using DirectoryHandle home = parent?.MakeDirectory(Path.GetFileName(root))
            ?? throw new FirewallException(FirewallFailure.Refused, $"there is no {above} to keep the firewall's state in");

        // Two who mount at once would hide the first one's pins under the second one's mount.
        using FileLock? mounting = FileLock.TryTake(home, MountLock, timeout: null);
        if (OpenMounted(root) is { } mounted)
        {
            return mounted;
        }

        home.MakeDirectory(Mount).Dispose();
        BpfFileSystem.Mount($"{root}/{Mount}");
        return OpenMounted(root)!;
    }

    private static bool IsEmptyMount(DirectoryHandle home)
    {
        using DirectoryHandle? pins = home.TryOpenDirectory(Mount);
        return pins is not null && BpfFileSystem.Holds(pins) && !NamespacesIn(pins).Any();
    }

    private static IEnumerable<NetworkNamespace> NamespacesIn(DirectoryHandle pins) =>
        pins.Entries().Select(NetworkNamespace.TryParse).OfType<NetworkNamespace>();
}
