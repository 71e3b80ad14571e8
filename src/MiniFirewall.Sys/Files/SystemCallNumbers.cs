using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Files;

/// <summary>Numbers of the system calls that libc has no function for.</summary>
internal static class SystemCallNumbers
{
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    internal static long MemoryBarrier => IsX64 ? 324 : 283;

    internal static nint FinitModule => IsX64 ? 313 : 273;

    internal static nint DeleteModule => IsX64 ? 176 : 106;
}
