using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>bpf(2) itself: one argument struct a command, its unused tail zero.</summary>
internal static unsafe partial class BpfSystemCall
{
    /// <summary>ENOTSUPP: the kernel's own, not in errno(3).</summary>
    public const int ENOTSUPP = 524;

    private static readonly nint Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        Architecture other => throw new PlatformNotSupportedException($"bpf(2) has no known number on {other}"),
    };

    /// <summary>The result, or -errno.</summary>
    public static int Try<T>(BpfCommand command, ref T attributes)
        where T : unmanaged
    {
        fixed (T* pointer = &attributes)
        {
            int result = (int)SystemCall(Number, (nint)command, pointer, Unsafe.SizeOf<T>());
            return result >= 0 ? result : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>The result; a refusal names the command and the object.</summary>
    public static int Run<T>(BpfCommand command, ref T attributes, string about)
        where T : unmanaged
    {
        int result = Try(command, ref attributes);
        return result >= 0 ? result : throw Refusal(command, -result, about);
    }

    public static SystemCallException Refusal(BpfCommand command, int errno, string about) =>
        new($"bpf({command}) {about}", errno, BpfHints.For(command, errno));

    /// <summary>Writes an object's name: at most 15 bytes of [A-Za-z0-9_.], or the kernel says no more than EINVAL.</summary>
    public static void WriteName(byte* destination, string name)
    {
        bool valid = name.Length <= 15 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
        if (!valid)
        {
            throw new ArgumentException($"\"{name}\" is no name for a BPF object: at most 15 characters of [A-Za-z0-9_.]", nameof(name));
        }

        for (int i = 0; i < name.Length; i++)
        {
            destination[i] = (byte)name[i];
        }
    }

    public static string ReadName(byte* source) => Marshal.PtrToStringUTF8((nint)source) ?? "";

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint command, void* attributes, nint size);
}
