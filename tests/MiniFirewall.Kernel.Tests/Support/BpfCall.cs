using System.Runtime.InteropServices;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>bpf(2), for the tests' own small program; commands and layouts as in include/uapi/linux/bpf.h.</summary>
internal static unsafe partial class BpfCall
{
    internal static FileDescriptor NewArray(int valueSize)
    {
        byte* attributes = stackalloc byte[128];
        Clear(attributes);
        uint* words = (uint*)attributes;
        (words[0], words[1], words[2], words[3]) = (2, 4, (uint)valueSize, 1);
        return new(Call(0, attributes, "BPF_MAP_CREATE"));
    }

    internal static void Update(FileDescriptor map, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
        {
            Element(2, map, bytes, "BPF_MAP_UPDATE_ELEM");
        }
    }

    internal static void Lookup(FileDescriptor map, Span<byte> value)
    {
        fixed (byte* bytes = value)
        {
            Element(1, map, bytes, "BPF_MAP_LOOKUP_ELEM");
        }
    }

    internal static FileDescriptor Load(uint programType, ReadOnlySpan<ulong> instructions)
    {
        byte* attributes = stackalloc byte[128];
        Clear(attributes);
        fixed (ulong* code = instructions)
        fixed (byte* license = "GPL\0"u8)
        {
            ((uint*)attributes)[0] = programType;
            ((uint*)attributes)[1] = (uint)instructions.Length;
            ((ulong*)attributes)[1] = (ulong)code;
            ((ulong*)attributes)[2] = (ulong)license;
            return new(Call(5, attributes, "BPF_PROG_LOAD"));
        }
    }

    internal static FileDescriptor Attach(FileDescriptor program, uint target, uint attachType)
    {
        byte* attributes = stackalloc byte[128];
        Clear(attributes);
        uint* words = (uint*)attributes;
        (words[0], words[1], words[2]) = ((uint)program.Number, target, attachType);
        return new(Call(28, attributes, "BPF_LINK_CREATE"));
    }

    internal static void Pin(FileDescriptor program, string path)
    {
        byte* attributes = stackalloc byte[128];
        Clear(attributes);
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(path + "\0"))
        {
            ((ulong*)attributes)[0] = (ulong)name;
            ((uint*)attributes)[2] = (uint)program.Number;
            Call(6, attributes, "BPF_OBJ_PIN");
        }
    }

    private static void Element(int command, FileDescriptor map, byte* value, string name)
    {
        byte* attributes = stackalloc byte[128];
        Clear(attributes);
        uint key = 0;
        ((uint*)attributes)[0] = (uint)map.Number;
        ((ulong*)attributes)[1] = (ulong)&key;
        ((ulong*)attributes)[2] = (ulong)value;
        Call(command, attributes, name);
    }

    private static void Clear(byte* attributes) => new Span<byte>(attributes, 128).Clear();

    private static int Call(int command, byte* attributes, string name)
    {
        int result = (int)SystemCall(321, command, attributes, 128);
        return result >= 0 ? result : throw SystemCallException.FromLastError($"bpf({name})");
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint command, byte* attributes, nint size);
}
