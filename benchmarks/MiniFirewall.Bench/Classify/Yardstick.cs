using System.Diagnostics;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// The measuring scripts that stand beside the repository (../shared/bench, or $MINIFW_YARDSTICK), built in a scratch
/// directory; minifw is their engine "custom".
/// </summary>
internal sealed class Yardstick : IDisposable
{
    private Yardstick(string directory) => Directory = directory;

    internal string Directory { get; }

    /// <summary>Null, with a word on standard error, where scripts or tools are missing.</summary>
    internal static Yardstick? TryMake()
    {
        string source = Environment.GetEnvironmentVariable("MINIFW_YARDSTICK") ?? "../shared/bench";
        if (!System.IO.Directory.Exists(source))
        {
            Console.Error.WriteLine($"classify: traffic is skipped: {source} is not there");
            return null;
        }

        var yardstick = new Yardstick(System.IO.Directory.CreateTempSubdirectory("mfwyard-").FullName);
        try
        {
            Tool.Run("cp", "-rT", "--no-preserve=mode", source, yardstick.Directory);
            Tool.Run("sh", "-c", $"chmod +x {yardstick.Directory}/engines/* && make -s -C {yardstick.Directory}");
            return yardstick;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine($"classify: traffic is skipped: the scripts of {source} cannot be built (python3, gcc, clang, libbpf-dev): {Words.Short(error.Message)}");
            yardstick.Dispose();
            return null;
        }
    }

    /// <summary>Runs one of the scripts; what it prints, and on a failure the failure's own words.</summary>
    internal string Run(string script, IEnumerable<string> arguments, string engines = "")
    {
        Console.Error.WriteLine($"classify: {script} {string.Join(' ', arguments)}");
        var start = new ProcessStartInfo("python3", [script, .. arguments])
        {
            WorkingDirectory = Directory,
            RedirectStandardOutput = true,
            Environment = { ["HB_LOAD"] = $"{Tool.Minifw} apply %f", ["HB_UNLOAD"] = $"{Tool.Minifw} off", ["ENGINES"] = engines },
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script} ended with {process.ExitCode}");
    }

    /// <summary>The newest result file whose name begins so.</summary>
    internal string NewestResult(string prefix) =>
        new DirectoryInfo(Path.Combine(Directory, "results")).EnumerateFiles(prefix + "*.json").MaxBy(file => file.LastWriteTimeUtc)!.FullName;

    public void Dispose()
    {
        string mounted = Path.Combine(Directory, "bpffs");
        if (File.ReadLines("/proc/self/mounts").Any(line => line.Split(' ')[1] == mounted))
        {
            Tool.Run("umount", mounted);
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
