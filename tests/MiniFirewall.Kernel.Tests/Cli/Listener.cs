using System.Diagnostics;
using System.Globalization;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>A process that listens on a TCP port in a namespace, until it is disposed of.</summary>
internal sealed class Listener : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    internal Listener(NamedNamespace inside, string address, int port)
    {
        string code = $"""
            import socket, sys
            family = socket.AF_INET6 if ":" in "{address}" else socket.AF_INET
            server = socket.create_server(("{address}", {port.ToString(CultureInfo.InvariantCulture)}), family=family, dualstack_ipv6="{address}" == "::")
            print("ready", flush=True)
            sys.stdin.read()
            """;
        _process = CommandResult.Start("ip", inside.Inside("python3", "-c", code));
        Task<string?> ready = _process.StandardOutput.ReadLineAsync();
        if (!ready.Wait(Patience) || ready.Result != "ready")
        {
            _process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"nobody listens: {_process.StandardError.ReadToEnd()}");
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Patience))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
