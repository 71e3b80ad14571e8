using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniFirewall.Sys;

/// <summary>An owned file descriptor, closed once. Descriptors are close-on-exec.</summary>
public sealed partial class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    private readonly StackTrace? _origin;

    /// <summary>Takes ownership of a descriptor that a system call has just returned.</summary>
    public FileDescriptor(int descriptor)
        : base(ownsHandle: true)
    {
        SetHandle(descriptor);
        _origin = DescriptorLedger.Opened();
    }

    /// <summary>The number, valid while this object lives; never closed by the caller.</summary>
    public int Number => IsClosed ? throw new ObjectDisposedException(nameof(FileDescriptor)) : (int)handle;

    protected override void Dispose(bool disposing)
    {
        if (_origin is not null && !IsClosed)
        {
            DescriptorLedger.Closed(_origin, byFinalizer: !disposing);
        }

        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
