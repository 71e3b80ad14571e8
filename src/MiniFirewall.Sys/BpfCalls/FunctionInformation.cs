using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Names the BTF type of one function of a program.</summary>
[KernelLayout("struct bpf_func_info")]
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FunctionInformation
{
    [FieldOffset(0)]
    public uint insn_off;

    [FieldOffset(4)]
    public uint type_id;
}
