using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MiniFirewall.Sys;

/// <summary>Asks the kernel to back fresh memory with pages of two megabytes, for each of which it is called once and not 512 times.</summary>
public static partial class HugePages
{
    // include/uapi/asm-generic/mman-common.h; Linux 2.6.38, CONFIG_TRANSPARENT_HUGEPAGE
    private const int MADV_HUGEPAGE = 14;

    /// <summary>For the managed heap, from where new objects are made on. Nothing is promised: a kernel may have none, or be told to give none.</summary>
    /// <param name="bytes">How much of it.</param>
    public static void TryForNewObjects(long bytes)
    {
        if (StartOfMappingWith(AddressOf(new object())) is { } start)
        {
            _ = Advise(start, (nint)bytes, MADV_HUGEPAGE);
        }
    }

    private static unsafe ulong AddressOf(object value) => (ulong)*(nint*)Unsafe.AsPointer(ref value);

    /// <summary>The mapping's start, which is a page's; null where it is not found (proc(5), /proc/pid/maps).</summary>
    private static nint? StartOfMappingWith(ulong address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] ends = line.Split(' ', 2)[0].Split('-');
            if (ends is [var from, var to] && Parse(from) <= address && address < Parse(to))
            {
                return (nint)Parse(from);
            }
        }

        return null;
    }

    private static ulong Parse(string number) => ulong.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}
