using System.Runtime.InteropServices;

namespace MiniFirewall.Sys;

/// <summary>A system call that the kernel refused: which, of what, the errno in words, and a hint where there is one.</summary>
public sealed class SystemCallException : Exception
{
    public SystemCallException(string call, int errno, string? hint = null)
        : base($"{call}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}){(hint is null ? "" : "; " + hint)}")
    {
        Call = call;
        Errno = errno;
        Hint = hint;
    }

    /// <summary>The call and its object, such as "bpf(BPF_MAP_CREATE) counters".</summary>
    public string Call { get; }

    /// <summary>Linux errno value.</summary>
    public int Errno { get; }

    public string? Hint { get; }

    /// <summary>The exception for the errno that the last P/Invoke with SetLastError left behind.</summary>
    public static SystemCallException FromLastError(string call, string? hint = null) =>
        new(call, Marshal.GetLastPInvokeError(), hint);
}
