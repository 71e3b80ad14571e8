using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Spelling;

/// <summary>What the kernel's own iptables makes of a rule: how it saves and lists it.</summary>
internal sealed record Spelling(string Saved, string Numeric, string Named);

/// <summary>A chain of the kernel's own iptables, in a namespace, that is given one rule after the other.</summary>
internal sealed class UpstreamChain(string chain) : IDisposable
{
    /// <summary>Characters of target, protocol, options and addresses where none is longer than its column.</summary>
    private const int Columns = 62;

    // Milliseconds between attempts: ten seconds for what should be taken.
    private const int Attempts = 100, Pause = 100;

    private readonly NetworkNamespace _namespace = new();

    /// <summary>What it said when it last refused a rule.</summary>
    internal string Refusal { get; private set; } = "";

    public void Dispose() => _namespace.Dispose();

    /// <summary>Null where it is refused.</summary>
    /// <param name="isExpected">Whether it should be taken; then a refusal is believed only after many attempts.</param>
    internal Spelling? Spell(Family family, string rule, bool isExpected)
    {
        string command = family == Family.IPv4 ? "iptables-legacy" : "ip6tables-legacy";
        if (!Enumerable.Range(0, isExpected ? Attempts : 1).Any(_ => IsTaken(command, rule)))
        {
            return null;
        }

        string saved = _namespace.Execute(command, ["-w", "30", "-S", chain]).Split('\n')[1][$"-A {chain} ".Length..];
        return new Spelling(saved, List(command, ["-w", "30", "-L", chain, "-n"]), List(command, ["-w", "30", "-L", chain]));
    }

    /// <summary>On a busy machine the kernel refuses now and then, for want of a resource, what it takes the next moment.</summary>
    private bool IsTaken(string command, string rule)
    {
        try
        {
            _namespace.Execute(command + "-restore", ["-w", "30"], $"*filter\n-A {chain} {rule}\nCOMMIT\n");
            return true;
        }
        catch (InvalidOperationException refusal)
        {
            Refusal = refusal.Message;
            Thread.Sleep(Pause);
            return false;
        }
    }

    /// <summary>What a listing shows behind the columns that every rule has.</summary>
    private string List(string command, string[] arguments)
    {
        string line = _namespace.Execute(command, arguments).Split('\n')[2];
        return line.Length > Columns ? line[Columns..].TrimEnd() : "";
    }
}
