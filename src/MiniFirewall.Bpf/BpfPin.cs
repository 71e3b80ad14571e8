namespace MiniFirewall.Bpf;

/// <summary>Names on a bpf file system.</summary>
public static class BpfPin
{
    /// <summary>Takes a name away; the object goes when nothing else holds it. Nothing happens where nothing is pinned.</summary>
    public static void Remove(string path) => File.Delete(path);
}
