using MiniFirewall.Asm;
using MiniFirewall.Sys;

namespace MiniFirewall.Bpf;

/// <summary>What is done with one record; the bytes are the kernel's and valid during the call only.</summary>
public delegate void RecordHandler(ReadOnlySpan<byte> record);

/// <summary>
/// Reads a ring buffer map (Documentation/bpf/ringbuf.rst). Records are taken: one reader a map, or each sees a part.
/// Not thread-safe.
/// </summary>
public sealed class RingBufferReader : IDisposable
{
    private const uint BusyBit = 1u << 31, DiscardBit = 1u << 30;
    private const int HeaderLength = 8;

    private readonly BpfMap _map;
    private readonly MappedMemory _consumer;
    private readonly MappedMemory _producer;
    private readonly int _page = Environment.SystemPageSize;

    /// <param name="map">Must live longer than the reader.</param>
    public RingBufferReader(BpfMap map)
    {
        if (map.Type != MapType.RingBuffer)
        {
            throw new ArgumentException($"map {map.Name} is a {map.Type}, no ring buffer");
        }

        _map = map;
        _consumer = MappedMemory.MapShared(map.Descriptor, 0, _page, writable: true, $"{map.Name}'s read position");
        try
        {
            // The data is mapped twice in a row, so that a record which runs over the end is whole all the same.
            _producer = MappedMemory.MapShared(map.Descriptor, _page, checked(_page + (2 * map.MaxEntries)), writable: false, map.Name);
        }
        catch
        {
            Release(_consumer);
            throw;
        }
    }

    /// <summary>Waits until there may be something to read; false when the time is over.</summary>
    public bool Wait(TimeSpan timeout) => Polling.WaitReadable(_map.Descriptor, timeout);

    /// <summary>Takes all finished records in their order and returns their number; an unfinished one stops it.</summary>
    public int Drain(RecordHandler handler)
    {
        ReadOnlySpan<byte> data = _producer.GetSpan()[_page..];
        ulong position = _consumer.ReadAcquire64(0);
        int taken = 0;
        while (position < _producer.ReadAcquire64(0))
        {
            int at = (int)(position & (uint)(_map.MaxEntries - 1));
            uint header = _producer.ReadAcquire32(_page + at);
            if ((header & BusyBit) != 0)
            {
                break;
            }

            int length = (int)(header & ~DiscardBit);
            if ((header & DiscardBit) == 0)
            {
                handler(data.Slice(at + HeaderLength, length));
                taken++;
            }

            position += (ulong)((HeaderLength + length + 7) & ~7);

            // Only now may the kernel write over the record.
            _consumer.WriteRelease64(0, position);
        }

        return taken;
    }

    public void Dispose()
    {
        Release(_producer);
        Release(_consumer);
    }

    private static void Release(IDisposable memory) => memory.Dispose();
}
