using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Files;

/// <summary>Loading and unloading kernel modules: finit_module(2), delete_module(2). CAP_SYS_MODULE.</summary>
public static unsafe partial class ModuleCalls
{
    private const int ReadOnlyCloseOnExec = 0x80000, NonBlocking = 0x800;

    /// <summary>Loads a module's file, uncompressed.</summary>
    /// <param name="parameters">"NAME=VALUE NAME=VALUE".</param>
    public static void Load(string path, string parameters)
    {
        int number = Open(path, ReadOnlyCloseOnExec);
        using FileDescriptor file = number >= 0 ? new(number) : throw SystemCallException.FromLastError($"open {path}");
        if (SystemCall(SystemCallNumbers.FinitModule, file.Number, parameters, 0) != 0)
        {
            throw SystemCallException.FromLastError($"finit_module {path}");
        }
    }

    /// <summary>Unloads a module, if nobody uses it.</summary>
    public static void Unload(string name)
    {
        if (SystemCall(SystemCallNumbers.DeleteModule, name, NonBlocking) != 0)
        {
            throw SystemCallException.FromLastError($"delete_module {name}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, int file, string parameters, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, string name, int flags);
}
