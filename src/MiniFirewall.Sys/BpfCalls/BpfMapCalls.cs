namespace MiniFirewall.Sys.BpfCalls;

/// <summary>
/// Map commands of bpf(2). Keys and values must have the sizes that the map was made with: the kernel reads and writes that
/// many bytes whatever the span's length is, so the caller checks. <c>about</c> names the object in errors.
/// </summary>
public static unsafe class BpfMapCalls
{
    private const int ENOENT = 2;

    public static FileDescriptor Create(uint type, int keySize, int valueSize, int maxEntries, uint flags, string name, ulong extra = 0, MapTypes? types = null)
    {
        var attributes = new MapCreateAttributes
        {
            map_type = type,
            key_size = (uint)keySize,
            value_size = (uint)valueSize,
            max_entries = (uint)maxEntries,
            map_flags = flags,
            map_extra = extra,
            btf_fd = (uint)(types?.Btf.Number ?? 0),
            btf_key_type_id = (uint)(types?.Key ?? 0),
            btf_value_type_id = (uint)(types?.Value ?? 0),
        };
        BpfSystemCall.WriteName(attributes.map_name, name);
        return new(BpfSystemCall.Run(BpfCommand.BPF_MAP_CREATE, ref attributes, name));
    }

    /// <summary>False where the map has no such key.</summary>
    public static bool TryLookup(FileDescriptor map, ReadOnlySpan<byte> key, Span<byte> value, string about, ulong flags = 0)
    {
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            return Element(BpfCommand.BPF_MAP_LOOKUP_ELEM, map, keyPointer, valuePointer, flags, about);
        }
    }

    public static void Update(FileDescriptor map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags, string about)
    {
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            if (!Element(BpfCommand.BPF_MAP_UPDATE_ELEM, map, keyPointer, valuePointer, flags, about))
            {
                throw BpfSystemCall.Refusal(BpfCommand.BPF_MAP_UPDATE_ELEM, ENOENT, about);
            }
        }
    }

    /// <summary>False where the map has no such key.</summary>
    public static bool Delete(FileDescriptor map, ReadOnlySpan<byte> key, string about)
    {
        fixed (byte* keyPointer = key)
        {
            return Element(BpfCommand.BPF_MAP_DELETE_ELEM, map, keyPointer, null, 0, about);
        }
    }

    /// <summary>The key after <paramref name="key"/> in the map's own order, or the first one after an empty span; false at the end.</summary>
    public static bool TryNextKey(FileDescriptor map, ReadOnlySpan<byte> key, Span<byte> next, string about)
    {
        fixed (byte* keyPointer = key, nextPointer = next)
        {
            return Element(BpfCommand.BPF_MAP_GET_NEXT_KEY, map, keyPointer, nextPointer, 0, about);
        }
    }

    /// <summary>No system call may change the map from now on; programs still may.</summary>
    public static void Freeze(FileDescriptor map, string about)
    {
        var attributes = new MapElementAttributes { map_fd = map.Number };
        BpfSystemCall.Run(BpfCommand.BPF_MAP_FREEZE, ref attributes, about);
        GC.KeepAlive(map);
    }

    /// <summary>Writes many elements in one call; false where this map has no batches and nothing was written.</summary>
    public static bool TryUpdateBatch(
        FileDescriptor map, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, int count, string about)
    {
        fixed (byte* keysPointer = keys, valuesPointer = values)
        {
            var attributes = new MapBatchAttributes
            {
                map_fd = map.Number,
                keys = (ulong)keysPointer,
                values = (ulong)valuesPointer,
                count = (uint)count,
            };
            int result = BpfSystemCall.Try(BpfCommand.BPF_MAP_UPDATE_BATCH, ref attributes);
            GC.KeepAlive(map);
            return result is >= 0 or -BpfSystemCall.ENOTSUPP
                ? result >= 0
                : throw BpfSystemCall.Refusal(BpfCommand.BPF_MAP_UPDATE_BATCH, -result, $"{about}, after {attributes.count} of {count}");
        }
    }

    private static bool Element(BpfCommand command, FileDescriptor map, byte* key, byte* value, ulong flags, string about)
    {
        var attributes = new MapElementAttributes { map_fd = map.Number, key = (ulong)key, value = (ulong)value, flags = flags };
        int result = BpfSystemCall.Try(command, ref attributes);
        GC.KeepAlive(map);
        return result is >= 0 or -ENOENT
            ? result >= 0
            : throw BpfSystemCall.Refusal(command, -result, about);
    }
}
