using System.Net;
using System.Net.Sockets;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>A writer that changes settings and the table's size, killed anywhere, leaves the old or the new, and the connections.</summary>
public sealed class ConnectionCrashTests : IDisposable
{
    private const string Asking = "-A INPUT -m conntrack --ctstate INVALID -j DROP\n";

    private const string First = "connections max 130816 udp_timeout 5000\n" + Asking, Second = "connections max 1022 udp_timeout 6000\n" + Asking;

    private readonly TestNamespace _namespace = new();
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("mfwe-");

    public void Dispose()
    {
        _namespace.Dispose();
        _files.Delete(recursive: true);
    }

    [Fact]
    public void Killed_around_the_switch_of_a_change_of_size()
    {
        string file = Path.Combine(_files.FullName, "second");
        File.WriteAllText(file, Second);
        _namespace.Apply(First);
        List<string> steps = [];
        _namespace.Apply(Second, new EngineParts { AfterStep = steps.Add });
        Assert.Contains("copy connections", steps);
        Assert.True(steps.IndexOf("copy connections") < steps.IndexOf(CommitStep.Switch));
        Assert.True(steps.IndexOf("copy late connections") > steps.IndexOf(CommitStep.Switch));
        foreach (string step in steps.Where(IsOfConnections))
        {
            _namespace.Apply(First);
            Cut();
            Send();
            Assert.True(Command.Try(_namespace.Agent(_namespace.Enter, "apply", file, step)).Killed, step);
            bool switched = steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch);
            Assert.Equal((step, switched ? "1022 6000" : "130816 5000", 1), (step, Settings(), Count()));
            _namespace.Apply(Second);
            Assert.Equal((step, "1022 6000", 1), (step, Settings(), Count()));
            string[] pins = [.. Directory.GetFiles(Directory.GetDirectories(_namespace.Directory).Single()).Select(path => Path.GetFileName(path)!)];
            Assert.Contains("connections", pins);
            Assert.Contains("tracking", pins);
        }
    }

    /// <summary>Whatever fails before the switch leaves settings and table as they were, by hand too.</summary>
    [Fact]
    public void A_failed_change_of_size_changes_nothing()
    {
        _namespace.Apply(First);
        Send();
        var parts = new EngineParts { AfterStep = step => throw new InvalidOperationException(step) };
        ConnectionSettingValue[] values = [new(ConnectionSetting.Find("max")!, 1_022), new(ConnectionSetting.Find("udp_timeout")!, 7)];
        Assert.Throws<InvalidOperationException>(() => _namespace.Apply(Second, parts));
        Assert.Throws<InvalidOperationException>(() => _namespace.Run(() => _namespace.Open(parts).SetConnections(values)));
        Assert.Equal(("130816 5000", 1), (Settings(), Count()));
        Assert.StartsWith("connections max 130816 udp_timeout 5000\n", Rules.Print(_namespace.Read()!.Rules), StringComparison.Ordinal);
        _namespace.Run(() => _namespace.Open().SetConnections(values));
        Assert.Equal(("1022 7", 1), (Settings(), Count()));
        Assert.StartsWith("*filter\n", Rules.Print(_namespace.Read()!.Rules), StringComparison.Ordinal);
    }

    /// <summary>The others are the same in every commit, and killed after in <see cref="CrashTests"/>.</summary>
    private static bool IsOfConnections(string step) =>
        step == CommitStep.Switch || step.Contains("connections", StringComparison.Ordinal) || step.Contains("tracking", StringComparison.Ordinal);

    private void Send() => _namespace.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo(new byte[1], new IPEndPoint(IPAddress.Loopback, 1001));
    });

    private void Cut() => _namespace.Run(() =>
    {
        using LiveConnections connections = _namespace.Open().OpenConnections()!;
        connections.Cut((in Connection _) => true);
    });

    private int Count() => _namespace.Run(() =>
    {
        using LiveConnections connections = _namespace.Open().OpenConnections()!;
        return connections.Status().Used;
    });

    private string Settings() => _namespace.Run(() =>
    {
        FirewallEngine engine = _namespace.Open();
        int most = engine.Status().Connections!.Most, timeout = engine.ReadConnectionSettings()!.Single(set => set.Setting.Name == "udp_timeout").Value;
        return $"{most} {timeout}";
    });
}
