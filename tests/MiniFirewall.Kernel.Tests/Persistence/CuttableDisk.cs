using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Kernel.Tests.Persistence;

/// <summary>
/// A directory in memory that may lose power at any operation. What has been flushed stays; of changes of names since then any may be
/// lost, and so may any bytes that were not flushed.
/// </summary>
/// <param name="cutAt">The operation in which the power goes; it may have been done, in part, or not at all.</param>
/// <param name="lies">It says that bytes are flushed where they are not, as bad disks do.</param>
internal sealed class CuttableDisk(Random random, int cutAt, bool lies = false) : IDurableFiles
{
    private readonly List<Action<Dictionary<string, byte[]>>> _pending = [];
    private Dictionary<string, byte[]> _durable = [];
    private Dictionary<string, byte[]> _seen = [];
    private int _operations;

    internal int Operations => _operations;

    public IReadOnlyList<string> Names() => [.. _seen.Keys];

    public byte[]? TryRead(string name) => _seen.GetValueOrDefault(name);

    public void WriteDurably(string name, ReadOnlySpan<byte> bytes)
    {
        byte[] whole = bytes.ToArray();
        bool isCut = ++_operations == cutAt;
        byte[] kept = isCut || lies ? whole[..random.Next(whole.Length + 1)] : whole;
        _seen[name] = whole;
        _pending.Add(files => files[name] = kept);
        CutWhere(isCut);
    }

    public void Write(string name, ReadOnlySpan<byte> bytes)
    {
        byte[] whole = bytes.ToArray(), kept = whole[..random.Next(whole.Length + 1)];
        bool isCut = ++_operations == cutAt;
        _seen[name] = whole;
        _pending.Add(files => files[name] = kept);
        CutWhere(isCut);
    }

    public void Rename(string from, string to)
    {
        bool isCut = ++_operations == cutAt;
        byte[] moved = _seen[from];
        _seen.Remove(from);
        _seen[to] = moved;
        _pending.Add(files =>
        {
            if (files.Remove(from, out byte[]? bytes))
            {
                files[to] = bytes;
            }
        });
        CutWhere(isCut);
    }

    public void Remove(string name)
    {
        bool isCut = ++_operations == cutAt;
        _seen.Remove(name);
        _pending.Add(files => files.Remove(name));
        CutWhere(isCut);
    }

    public void FlushNames()
    {
        CutWhere(++_operations == cutAt);
        _pending.ForEach(change => change(_durable));
        _pending.Clear();
    }

    /// <summary>The disk after the cut, with power again.</summary>
    internal CuttableDisk PowerOn() => new(random, cutAt: int.MaxValue) { _durable = new(_durable), _seen = new(_durable) };

    private void CutWhere(bool isCut)
    {
        if (!isCut)
        {
            return;
        }

        // Names reach the disk in their order, each of them or not: a rename of a file whose making was lost does nothing.
        foreach (Action<Dictionary<string, byte[]>> change in _pending.Where(_ => random.Next(2) == 0))
        {
            change(_durable);
        }

        throw new PowerCutException();
    }
}

internal sealed class PowerCutException : Exception;
