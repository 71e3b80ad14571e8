using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of the commands that go through objects by their numbers, or open one.</summary>
[KernelLayout("union bpf_attr")]
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal struct IdAttributes
{
    /// <summary>The number itself, for the commands that open.</summary>
    [FieldOffset(0)]
    public uint start_id;

    [FieldOffset(4)]
    public uint next_id;

    [FieldOffset(8)]
    public uint open_flags;
}
