using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Persistence;

/// <summary>A directory on a disk; it belongs to whoever opened it.</summary>
internal sealed class DurableFiles(DirectoryHandle directory) : IDurableFiles
{
    public IReadOnlyList<string> Names() => directory.Entries();

    public byte[]? TryRead(string name)
    {
        try
        {
            return File.ReadAllBytes(directory.PathOf(name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void WriteDurably(string name, ReadOnlySpan<byte> bytes) => Write(name, bytes, flushToDisk: true);

    public void Write(string name, ReadOnlySpan<byte> bytes) => Write(name, bytes, flushToDisk: false);

    public void Rename(string from, string to) => File.Move(directory.PathOf(from), directory.PathOf(to), overwrite: true);

    public void Remove(string name) => directory.Remove(name);

    public void FlushNames() => directory.Flush();

    private void Write(string name, ReadOnlySpan<byte> bytes, bool flushToDisk)
    {
        directory.Remove(name);
        using FileDescriptor made = directory.MakeFile(name);
        using var file = new FileStream($"/proc/self/fd/{made.Number}", FileMode.Open, FileAccess.Write);
        file.Write(bytes);
        file.Flush(flushToDisk);
    }
}
