using System.Diagnostics;
using MiniFirewall.Engine;
using MiniFirewall.Sys.Namespaces;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>State of namespaces that nobody holds is collected; state of all others stays.</summary>
public sealed class CollectionTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly string _scratch = Directory.CreateTempSubdirectory("mfwe-").FullName;

    [Fact]
    public void A_namespace_that_nobody_holds_is_collected()
    {
        NetworkNamespace dead = MakeNamespace(_ => { });
        Assert.Equal(1, Status().Collected);
        Assert.False(Directory.Exists(Path.Combine(_namespace.Pins, dead.Name)));
    }

    [Fact]
    public void Files_of_a_namespace_that_had_no_rules_in_the_end_go_too()
    {
        using var other = new TestNamespace(_namespace.Root);
        _namespace.Apply(Rules.First);
        string held = other.Run(NetworkNamespace.OfCallingThread).Name;
        string[] stay = [$"reloads-{held}", "no-file-of-ours", "net-1"], go = ["reloads-net-1-1", "lock-net-1-1", "names-net-1-1"];
        Array.ForEach([.. stay, .. go], name => File.WriteAllText(Path.Combine(_namespace.Root, name), ""));
        Assert.Equal(0, Status().Collected);
        string[] left = [.. Directory.GetFiles(_namespace.Root).Select(Path.GetFileName).OfType<string>()];
        Assert.Empty(left.Intersect(go));
        Assert.Equal(stay.Order(), left.Intersect(stay).Order());
    }

    [Fact]
    public void A_namespace_with_a_name_stays()
    {
        using var other = new TestNamespace(_namespace.Root);
        other.Apply(Rules.First);
        AssertStays();
    }

    [Fact]
    public void A_namespace_with_a_process_stays()
    {
        Process? process = null;
        MakeNamespace(name => process = Command.Start("ip", "netns", "exec", name, "sleep", "1000"), () => IsIn(process!));
        AssertStaysUntil(() => End(process!));
    }

    [Fact]
    public void A_namespace_with_only_a_thread_in_it_stays()
    {
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Thread? thread = null;
        MakeNamespace(
            name =>
            {
                thread = new Thread(() => NetworkNamespaceThread.Run($"/run/netns/{name}", () =>
                {
                    entered.Set();
                    leave.Wait();
                    return true;
                }));
                thread.Start();
            },
            () => entered.IsSet);
        AssertStaysUntil(() =>
        {
            leave.Set();
            thread!.Join();
        });
    }

    [Fact]
    public void A_namespace_with_an_open_descriptor_stays()
    {
        FileStream? file = null;
        MakeNamespace(name => file = File.OpenRead($"/run/netns/{name}"));
        AssertStaysUntil(() => file!.Dispose());
    }

    [Fact]
    public void A_namespace_mounted_in_another_mount_namespace_only_stays()
    {
        // The private mount namespace has the mount below its own directory; here it is gone.
        Process? process = null;
        string mark = Path.Combine(_scratch, "mounted");
        MakeNamespace(
            name => process = Command.Start(
                "unshare", "-m", "sh", "-c", $"touch {_scratch}/ns && mount --bind /run/netns/{name} {_scratch}/ns && touch {mark} && exec sleep 1000"),
            () => File.Exists(mark));
        AssertStaysUntil(() => End(process!));
    }

    [Fact]
    public void Apply_and_off_collect_too()
    {
        MakeNamespace(_ => { });
        _namespace.Apply(Rules.First);
        Assert.Equal(0, Status().OtherNamespaces);
        MakeNamespace(_ => { });
        _namespace.Run(() => _namespace.Open().Off());
        Assert.False(Directory.Exists(_namespace.Pins));
    }

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }

    private FirewallStatus Status() => _namespace.Run(() => _namespace.Open().Status());

    private void AssertStays()
    {
        FirewallStatus status = Status();
        Assert.Equal((0, 1), (status.Collected, status.OtherNamespaces));
    }

    private void AssertStaysUntil(Action letGo)
    {
        AssertStays();
        letGo();
        Assert.Equal(1, Status().Collected);
    }

    /// <summary>A namespace with rules, that has lost its name once <paramref name="hold"/> holds it.</summary>
    private NetworkNamespace MakeNamespace(Action<string> hold, Func<bool>? isHeld = null)
    {
        var made = new TestNamespace(_namespace.Root);
        made.Apply(Rules.First);
        hold(made.Name);
        Assert.True(SpinWait.SpinUntil(isHeld ?? (() => true), TimeSpan.FromSeconds(10)));
        NetworkNamespace identity = made.Run(NetworkNamespace.OfCallingThread);
        Command.Run("ip", "netns", "del", made.Name);
        return identity;
    }

    private static bool IsIn(Process process) => File.ReadAllText($"/proc/{process.Id}/comm") == "sleep\n";

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
