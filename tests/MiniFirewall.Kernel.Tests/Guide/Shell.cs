using System.Diagnostics;
using System.Text;

namespace MiniFirewall.Kernel.Tests.Guide;

/// <summary>
/// A bash that commands are given to one after the other, with network namespaces, their names and a /run of its own: what
/// it leaves there ends with it.
/// </summary>
internal sealed class Shell : IDisposable
{
    private const string End = "--- end of the command ";

    private readonly string _folder = Directory.CreateTempSubdirectory("minifw-guide-").FullName;
    private readonly Process _process;
    private readonly TimeSpan _limit;

    internal Shell(string folder, TimeSpan limit)
    {
        _limit = limit;
        var start = new ProcessStartInfo("unshare", ["-m", "-n", "bash", "--norc", "--noprofile"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TERM"] = "dumb";
        _process = Process.Start(start)!;
        _process.StandardInput.WriteLine("exec 2>&1; mount -t tmpfs run /run; ip link set lo up");
    }

    /// <summary>What the command printed, and its exit code.</summary>
    internal (List<string> Output, int Code) Run(string command)
    {
        // In a file of its own, so that a command can neither swallow the next one nor be cut off in the middle.
        string script = Path.Combine(_folder, "command");
        File.WriteAllText(script, command + "\n", new UTF8Encoding(false));
        _process.StandardInput.WriteLine($". {script} </dev/null; printf '\\n{End}%s\\n' $?");
        _process.StandardInput.Flush();
        List<string> lines = [];
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Task<string?> reading = _process.StandardOutput.ReadLineAsync();
            if (!reading.Wait(_limit - clock.Elapsed is { Ticks: > 0 } left ? left : TimeSpan.Zero))
            {
                throw new TimeoutException($"no end of: {command}\n{string.Join('\n', lines)}");
            }

            switch (reading.Result)
            {
                case null:
                    throw new InvalidOperationException($"the shell ended at: {command}\n{string.Join('\n', lines)}");
                case string line when line.StartsWith(End, StringComparison.Ordinal):
                    // The line before the end is ours where the command's own output ended with one.
                    if (lines is [.., ""])
                    {
                        lines.RemoveAt(lines.Count - 1);
                    }

                    return (lines, int.Parse(line[End.Length..]));
                case string line:
                    lines.Add(line);
                    break;
            }
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
