namespace MiniFirewall.Rules.Names;

/// <summary>A cgroup of version 2.</summary>
/// <param name="Id">Its directory's inode; never given to another as long as the machine runs.</param>
/// <param name="Level">How many cgroups are above it.</param>
public readonly record struct Cgroup(ulong Id, int Level);

/// <summary>Says which cgroup a path leads to.</summary>
public interface ICgroups
{
    /// <param name="path">From the root of version 2 on, with or without a slash at its beginning.</param>
    /// <returns>Null where there is none, or nobody can tell. Never throws.</returns>
    Cgroup? Find(string path);
}
