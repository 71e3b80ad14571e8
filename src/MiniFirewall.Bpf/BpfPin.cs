namespace MiniFirewall.Bpf;

/// <summary>Names on a bpf file system.</summary>
public static class BpfPin
{
    /// <summary>
    /// Takes a name away; the object goes a moment later, when nothing else holds it (a link stops at once by
    /// <see cref="BpfLink.Detach"/>). Nothing happens where nothing is pinned.
    /// </summary>
    public static void Remove(string path) => File.Delete(path);
}
