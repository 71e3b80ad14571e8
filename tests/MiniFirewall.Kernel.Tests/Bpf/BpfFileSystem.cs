using System.Diagnostics;

namespace MiniFirewall.Kernel.Tests.Bpf;

/// <summary>A bpf file system of a test's own.</summary>
internal sealed class BpfFileSystem : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("minifw-bpffs-").FullName;

    public BpfFileSystem() => Run("mount", "-t", "bpf", "minifw-test", _directory);

    public string this[string name] => Path.Combine(_directory, name);

    public void Dispose()
    {
        Run("umount", _directory);
        Directory.Delete(_directory);
    }

    private static void Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(command, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} fails with {process.ExitCode}");
        }
    }
}
