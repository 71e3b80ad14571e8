using System.Collections.Concurrent;
using System.Diagnostics;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// A new network namespace without a name, held by one thread of this process: it ends with the thread, so a crash
/// leaves nothing behind. Work runs on that thread; descriptors opened there serve any thread.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    internal NetworkNamespace()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "namespace" };
        _thread.Start();
        Run(LibC.UnshareNetwork);
    }

    internal void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    internal T Run<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>();
        _work.Add(() =>
        {
            try
            {
                result.SetResult(function());
            }
            catch (Exception problem)
            {
                result.SetException(problem);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    /// <summary>Runs a command inside the namespace; throws, with what it said, where it fails and may not.</summary>
    internal string Execute(string command, string[] arguments, string input = "", bool mayFail = false) => Run(() =>
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 || mayFail
            ? output
            : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {error.Result}{output}\n{input}");
    });

    internal void SetSystemControl(string path, string value) => Run(() => File.WriteAllText("/proc/sys/net/" + path, value));

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
