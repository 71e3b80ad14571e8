using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Sys.Namespaces;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>A network namespace with a loopback interface, and a home of its own for the firewall's state; both go in the end.</summary>
internal sealed class TestNamespace : IDisposable
{
    private static int s_last;

    internal TestNamespace(string? root = null)
    {
        int number = Interlocked.Increment(ref s_last);
        Name = $"mfwe-{Environment.ProcessId}-{number}";
        Root = root ?? $"/run/{Name}";
        Command.Run("ip", "netns", "add", Name);
        Command.Run("ip", "-n", Name, "link", "set", "lo", "up");
    }

    /// <summary>
    /// Pins that a namespace's directory holds while no writer is at work: control, programs, events and six hooks' links;
    /// under the module six hooks' dispatchers, and where it runs links' own programs the map that it finds answers in.
    /// </summary>
    internal static int PinsAtRest => ProviderChoice.ContextOf(ProviderChoice.Default) == ContextKind.Module ? 10 : 9;

    internal string Name { get; }

    /// <summary>The directory with the locks and the mount.</summary>
    internal string Root { get; }

    internal string Pins => Path.Combine(Root, "bpf");

    /// <summary>This namespace's directory of pins.</summary>
    internal string Directory => Path.Combine(Pins, Run(NetworkNamespace.OfCallingThread).Name);

    /// <summary>Runs on a thread in the namespace.</summary>
    internal T Run<T>(Func<T> work) => NetworkNamespaceThread.Run($"/run/netns/{Name}", work);

    internal void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <summary>An engine in the namespace; to be used on threads in it.</summary>
    internal FirewallEngine Open(EngineParts? parts = null) => FirewallEngine.Open((parts ?? new()) with { Root = Root });

    internal void Apply(string rules, EngineParts? parts = null) => Run(() => Open(parts).Apply(Rules.Parse(rules)));

    /// <summary>Applies rules, and says in which steps.</summary>
    internal List<string> StepsOf(string rules)
    {
        var steps = new List<string>();
        Apply(rules, new EngineParts { AfterStep = steps.Add });
        return steps;
    }

    /// <summary>Has a process apply the rules of a file that is killed after a step.</summary>
    internal void KillAfter(string step, string file)
    {
        CommandResult result = Command.Try(Agent(Enter, "apply", file, step));
        Assert.True(result.Killed, $"{step}: {result}");
    }

    internal LoadedRuleSet? Read() => Run(() => Open().Read());

    /// <summary>A command that runs the agent, behind words such as "ip netns exec NAME".</summary>
    internal string[] Agent(string[] before, params string[] words) => [.. before, Rules.AgentPath, Root, .. words];

    /// <summary>The words that run a command in the namespace, with the caller's own mount namespace.</summary>
    internal string[] Enter => ["nsenter", $"--net=/run/netns/{Name}"];

    public void Dispose()
    {
        Run(() => Open().Off());
        Command.Try("ip", "netns", "del", Name);
        Command.Try("umount", "--lazy", Pins);
        if (System.IO.Directory.Exists(Root))
        {
            System.IO.Directory.Delete(Root, recursive: true);
        }
    }
}
