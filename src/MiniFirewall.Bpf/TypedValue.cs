using MiniFirewall.Asm;
using MiniFirewall.Btf;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>The types of a map's keys and values that tell the kernel of the lock or the timer that each value begins with.</summary>
internal sealed class TypedValue : IDisposable
{
    private readonly FileDescriptor _btf;

    private TypedValue(FileDescriptor btf, MapTypes types) => (_btf, Types) = (btf, types);

    internal MapTypes Types { get; }

    /// <summary>Null where the values are plain bytes.</summary>
    internal static TypedValue? Describe(MapSpec spec)
    {
        if (!spec.BeginsWithLock && !spec.BeginsWithTimer)
        {
            return null;
        }

        var builder = new BtfBuilder();
        int key = builder.AddUnsigned("key", spec.KeySize);
        int first = spec.BeginsWithLock
            ? builder.AddStruct("bpf_spin_lock", 4, "val", builder.AddUnsigned("u32", 4))
            : builder.AddStruct("bpf_timer", 16, "opaque", builder.AddUnsigned("u64", 8));
        int value = builder.AddStruct("typed_value", spec.ValueSize, "first", first);
        FileDescriptor btf = BpfProgramCalls.LoadBtf(builder.Build(), $"values of {spec.Name}");
        return new(btf, new MapTypes(btf, key, value));
    }

    public void Dispose() => _btf.Dispose();
}
