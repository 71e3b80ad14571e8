using MiniFirewall.Asm;
using MiniFirewall.Btf;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>The types of a map's keys and values that tell the kernel of the lock that each value begins with.</summary>
internal sealed class LockedValue : IDisposable
{
    private readonly FileDescriptor _btf;

    private LockedValue(FileDescriptor btf, MapTypes types) => (_btf, Types) = (btf, types);

    internal MapTypes Types { get; }

    internal static LockedValue Describe(MapSpec spec)
    {
        var builder = new BtfBuilder();
        int key = builder.AddUnsigned("key", spec.KeySize);
        int value = builder.AddStruct("locked_value", spec.ValueSize, "lock", builder.AddStruct("bpf_spin_lock", 4, "val", builder.AddUnsigned("u32", 4)));
        FileDescriptor btf = BpfProgramCalls.LoadBtf(builder.Build(), $"values of {spec.Name}");
        return new(btf, new MapTypes(btf, key, value));
    }

    public void Dispose() => _btf.Dispose();
}
