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
    private const string Parent = "/run", Name = "minifw", Mount = "bpf", MountLock = "mount-lock";
    private const string Root = Parent + "/" + Name;

    private HomeMount(DirectoryHandle home, DirectoryHandle pins)
    {
        Home = home;
        Pins = pins;
    }

    /// <summary>Ordinary files: locks.</summary>
    internal DirectoryHandle Home { get; }

    /// <summary>The bpffs.</summary>
    internal DirectoryHandle Pins { get; }

    /// <summary>Opens what is there; null where nothing is mounted, so that there is no state either.</summary>
    internal static HomeMount? TryOpen() => InOuter(OpenMounted);

    /// <summary>Opens what is there, and mounts it first where it is missing.</summary>
    internal static HomeMount OpenOrMount() => InOuter(() => OpenMounted() ?? MountAndOpen());

    /// <summary>Unmounts the bpffs where it is empty and nobody has it open.</summary>
    internal static void UnmountWhereEmpty() => InOuter(() =>
    {
        using DirectoryHandle? home = DirectoryHandle.TryOpen(Root);
        if (home is not null)
        {
            using FileLock? mounting = FileLock.TryTake(home, MountLock, timeout: null);
            if (IsEmptyMount(home) && BpfFileSystem.TryUnmount($"{Root}/{Mount}"))
            {
                home.Remove(Mount);
                mounting!.RemoveFile();
            }
        }

        return true;
    });

    public void Dispose()
    {
        Pins.Dispose();
        Home.Dispose();
    }

    private static T InOuter<T>(Func<T> work) => MountNamespace.FindOuter() is { } outer ? outer.Run(work) : work();

    private static HomeMount? OpenMounted()
    {
        DirectoryHandle? home = DirectoryHandle.TryOpen(Root);
        DirectoryHandle? pins = home?.TryOpenDirectory(Mount);
        if (pins is not null && BpfFileSystem.Holds(pins))
        {
            return new(home!, pins);
        }

        pins?.Dispose();
        home?.Dispose();
        return null;
    }

    private static HomeMount MountAndOpen()
    {
        using DirectoryHandle? parent = DirectoryHandle.TryOpen(Parent);
        using DirectoryHandle home = parent?.MakeDirectory(Name)
            ?? throw new FirewallException(FirewallFailure.Refused, $"there is no {Parent} to keep the firewall's state in");

        // Two who mount at once would hide the first one's pins under the second one's mount.
        using FileLock? mounting = FileLock.TryTake(home, MountLock, timeout: null);
        if (OpenMounted() is { } mounted)
        {
            return mounted;
        }

        home.MakeDirectory(Mount).Dispose();
        BpfFileSystem.Mount($"{Root}/{Mount}");
        return OpenMounted()!;
    }

    private static bool IsEmptyMount(DirectoryHandle home)
    {
        using DirectoryHandle? pins = home.TryOpenDirectory(Mount);
        return pins is not null && BpfFileSystem.Holds(pins) && pins.Entries().Count == 0;
    }
}
