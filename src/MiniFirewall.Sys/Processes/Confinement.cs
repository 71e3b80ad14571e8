using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Processes;

/// <summary>
/// Leaves a process with few capabilities. They belong to threads, and a runtime has threads of its own; so the process replaces itself by its
/// own program (execve), which begins with the few, for all its threads and for good.
/// </summary>
public static partial class Confinement
{
    private const int LastCapability = 63;
    private const int BoundingSetRead = 23, BoundingSetDrop = 24, NoNewPrivileges = 38, AmbientSet = 47, AmbientClearAll = 4;
    private const uint Version3 = 0x20080522;
    private const int SetDescriptorFlags = 2;

    /// <summary>Whether the calling thread has more capabilities than these, and may give them up.</summary>
    public static bool HasMoreThan(IEnumerable<Capability> kept)
    {
        (uint _, ulong permitted) = Read();
        return (permitted & ~MaskOf(kept)) != 0 && (permitted & MaskOf([Capability.SetPcap])) != 0;
    }

    /// <summary>Begins the program anew, with the same words, these capabilities at most, and no way to get others. Returns only by an exception.</summary>
    /// <param name="variables">Of the environment, besides those that are there.</param>
    /// <param name="descriptor">Stays open for the program.</param>
    /// <exception cref="SystemCallException"/>
    public static void BeginAnew(IEnumerable<Capability> kept, IReadOnlyDictionary<string, string> variables, FileDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentNullException.ThrowIfNull(variables);
        string?[] words = [.. File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0'), null];
        string?[] environment =
        [
            .. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Where(entry => !variables.ContainsKey((string)entry.Key)).Select(entry => $"{entry.Key}={entry.Value}"),
            .. variables.Select(variable => $"{variable.Key}={variable.Value}"),
            null,
        ];
        Check(Control(descriptor.Number, SetDescriptorFlags, 0), "fcntl(F_SETFD)");
        Drop(MaskOf(kept));
        Execute("/proc/self/exe", words, environment);
        throw SystemCallException.FromLastError("execve /proc/self/exe");
    }

    private static void Drop(ulong kept)
    {
        Check(Process(AmbientSet, AmbientClearAll, 0, 0, 0), "prctl(PR_CAP_AMBIENT)");
        for (int capability = 0; capability <= LastCapability; capability++)
        {
            if ((kept & (1UL << capability)) == 0 && Process(BoundingSetRead, (nuint)capability, 0, 0, 0) == 1)
            {
                Check(Process(BoundingSetDrop, (nuint)capability, 0, 0, 0), "prctl(PR_CAPBSET_DROP)");
            }
        }

        Check(Process(NoNewPrivileges, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)");
        (_, ulong permitted) = Read();
        ulong left = permitted & kept;
        Span<uint> head = [Version3, 0];

        // Effective, permitted and inheritable, the low words of all three and then the high ones.
        Span<uint> data = [(uint)left, (uint)left, (uint)left, (uint)(left >> 32), (uint)(left >> 32), (uint)(left >> 32)];
        Check(SetCapabilities(ref head[0], ref data[0]), "capset");
    }

    private static (uint Version, ulong Permitted) Read()
    {
        Span<uint> head = [Version3, 0], data = stackalloc uint[6];
        Check(GetCapabilities(ref head[0], ref data[0]), "capget");
        return (head[0], data[1] | ((ulong)data[4] << 32));
    }

    private static ulong MaskOf(IEnumerable<Capability> capabilities) => capabilities.Aggregate(0UL, (mask, capability) => mask | (1UL << (int)capability));

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw SystemCallException.FromLastError(call);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Process(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int GetCapabilities(ref uint head, ref uint data);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(ref uint head, ref uint data);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] words, string?[] environment);
}
