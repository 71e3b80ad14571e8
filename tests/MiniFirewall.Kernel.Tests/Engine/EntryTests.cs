using MiniFirewall.Kernel.Tests.Trials;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Whichever way a process came into the network namespace, it finds the same state, and what it makes stays.</summary>
public sealed class EntryTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly RuleFiles _files = new();

    public static TheoryData<string> Ways => ["ip netns exec", "nsenter -n", "nsenter -n, unshare -m", "ip netns exec, unshare -m"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Rules_applied_from_inside_stay_when_the_command_has_ended(string way)
    {
        Command.Run(_namespace.Agent(Words(way), "apply", _files.First));
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
        Assert.NotNull(_namespace.Read());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Rules_are_found_replaced_and_taken_away_from_inside(string way)
    {
        _namespace.Apply(Rules.First);
        Assert.Equal(Rules.Print(Rules.Parse(Rules.First)), Command.Run(_namespace.Agent(Words(way), "read")));
        Command.Run(_namespace.Agent(Words(way), "apply", _files.Second));
        Assert.Equal(Rules.DroppedBySecond, _namespace.Run(Rules.Dropped));
        Command.Run(_namespace.Agent(Words(way), "off"));
        Assert.Equal("", _namespace.Run(Rules.Dropped));
        Assert.False(Directory.Exists(_namespace.Pins));
    }

    [Fact]
    public void A_namespace_of_unshare_has_its_rules_for_all_its_commands()
    {
        string agent = $"{Rules.AgentPath} {_namespace.Root}";
        string output = Command.Run("unshare", "-n", "sh", "-ec", $"{agent} apply {_files.First}; {agent} read");
        Assert.Equal(Rules.Print(Rules.Parse(Rules.First)), output);
    }

    /// <summary>A daemon's ancestors have ended; where process 1 is out of reach none of them can say which mount namespace is the outer one.</summary>
    [Theory]
    [InlineData("nsenter -n, unshare -m")]
    [InlineData("ip netns exec, unshare -m")]
    public void A_daemon_finds_what_the_shell_that_began_it_finds(string way)
    {
        string agent = $"{Rules.AgentPath} {_namespace.Root}", ended = _files.First + ".ended";
        Command.Run([.. Words(way), "sh", "-c", $"(while kill -0 $$ 2>/dev/null; do sleep 0.01; done; {agent} apply {_files.First}; echo $? >{ended}.new; mv {ended}.new {ended}) >/dev/null 2>&1 &"]);
        Waiting.Until("the daemon has ended", () => File.Exists(ended));
        Assert.Equal("0\n", File.ReadAllText(ended));
        Assert.Equal(Rules.Print(Rules.Parse(Rules.First)), Command.Run(_namespace.Agent(Words(way), "read")));
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
    }

    [Fact]
    public void Each_namespace_has_rules_of_its_own()
    {
        using var other = new TestNamespace(_namespace.Root);
        _namespace.Apply(Rules.First);
        other.Apply(Rules.Second);
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
        Assert.Equal(Rules.DroppedBySecond, other.Run(Rules.Dropped));
        _namespace.Run(() => _namespace.Open().Off());
        Assert.Equal(Rules.DroppedBySecond, other.Run(Rules.Dropped));
    }

    public void Dispose()
    {
        _namespace.Dispose();
        _files.Dispose();
    }

    private string[] Words(string way) => way switch
    {
        "ip netns exec" => ["ip", "netns", "exec", _namespace.Name],
        "nsenter -n" => _namespace.Enter,
        "nsenter -n, unshare -m" => [.. _namespace.Enter, "unshare", "-m"],
        _ => ["ip", "netns", "exec", _namespace.Name, "unshare", "-m"],
    };
}
