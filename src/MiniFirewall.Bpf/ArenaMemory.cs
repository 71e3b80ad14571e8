using MiniFirewall.Sys;

namespace MiniFirewall.Bpf;

/// <summary>
/// An arena's memory in this process. The kernel lets it be at one address only, so all who look at one arena share one mapping,
/// which ends with the last of them.
/// </summary>
public sealed class ArenaMemory : IDisposable
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<uint, (MappedMemory Mapping, int Users)> s_mappings = [];

    private readonly uint _map;
    private bool _isDisposed;

    private ArenaMemory(uint map, MappedMemory mapping)
    {
        _map = map;
        Memory = mapping.Memory;
    }

    public Memory<byte> Memory { get; }

    /// <param name="map">The kernel's number of the map.</param>
    internal static ArenaMemory Open(uint map, Func<MappedMemory> mapIt)
    {
        lock (s_lock)
        {
            (MappedMemory mapping, int users) = s_mappings.TryGetValue(map, out (MappedMemory, int) known) ? known : (mapIt(), 0);
            s_mappings[map] = (mapping, users + 1);
            return new(map, mapping);
        }
    }

    public void Dispose()
    {
        lock (s_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            (MappedMemory mapping, int users) = s_mappings[_map];
            if (users > 1)
            {
                s_mappings[_map] = (mapping, users - 1);
                return;
            }

            s_mappings.Remove(_map);
            ((IDisposable)mapping).Dispose();
        }
    }
}
