using System.Text.RegularExpressions;
using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Lockout;

/// <summary>Whoever types in an ssh session is not locked out by rules, unless by force, and what was forced on trial goes back.</summary>
public sealed class LockoutTests : IDisposable
{
    private readonly RemoteHost? _host = RemoteHost.Missing.Length == 0 ? new() : null;

    private RemoteHost Host
    {
        get
        {
            Assert.SkipWhen(_host is null, $"not installed: {RemoteHost.Missing}");
            return _host;
        }
    }

    public void Dispose() => _host?.Dispose();

    [Theory]
    [InlineData("-P INPUT DROP\n", "what comes in would be dropped by the policy of INPUT", "INPUT")]
    [InlineData("-A INPUT -p tcp --dport 80 -j ACCEPT\n-A INPUT -p tcp -j DROP\n", "rules:2: -A INPUT -p tcp -j DROP", "INPUT")]
    [InlineData("-A OUTPUT -p tcp --sport 22 -j REJECT\n", "what goes out would be dropped by", "OUTPUT")]
    [InlineData("-N K\n-A INPUT -j K\n-A K -s 10.9.0.0/24 -j DROP\n", "rules:3: -A K -s 10.9.0.0/24 -j DROP", "INPUT")]
    public void Rules_that_cut_the_session_are_refused_and_the_advice_helps(string rules, string by, string chain)
    {
        string file = Host.Write("rules", rules);
        CommandResult refused = Host.InSession($"minifw apply {file}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"would cut the session that you type in, {RemoteHost.Client}:", refused.Error);
        Assert.Contains(by, refused.Error);
        Assert.Contains("no rules are loaded", Host.OnServer("minifw show").Succeeded());

        string advice = Regex.Match(refused.Error, $"(iptables -A {chain} .*)\n").Groups[1].Value;
        Host.Write("rules", $"{advice}\n{rules}");
        Assert.Equal("alive\n", Host.InSession($"minifw apply {file} && sleep 0.2 && echo alive").Output);
    }

    [Fact]
    public void Sudo_that_wipes_the_environment_hides_no_session()
    {
        string file = Host.Write("rules", "-P INPUT DROP\n");
        CommandResult refused = Host.InSession($"env -i MINIFW_CONFIG_DIR={Host.Files}/config {MinifwBinary.Path} apply {file}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("would cut the session", refused.Error);
    }

    /// <summary>As in tmux: the terminal began in a session that is over, and somebody looks at it by another one.</summary>
    [Fact]
    public void A_terminal_that_outlives_its_session_may_be_looked_at_by_any_other()
    {
        string file = Host.Write("rules", "-A INPUT -p tcp --dport 22 -j DROP\n"), said = Path.Combine(Host.Files, "said"), kept = Host.Write("kept", $$"""
            until [ "$(cat /proc/$(cut -d' ' -f4 /proc/$$/stat)/comm)" != setsid ]; do :; done
            {{MinifwBinary.Path}} apply {{file}} > {{said}} 2>&1; echo code $? >> {{said}}
            """);
        CommandResult session = Host.InSession($"SSH_CONNECTION='{RemoteHost.Client} 1 {RemoteHost.Server} 22' setsid -f bash {kept}; for i in $(seq 600); do grep -qs code {said} && break; sleep 0.1; done; cat {said}");
        Assert.Contains($"would cut the session that you type in, {RemoteHost.Client}:", session.Output);
        Assert.EndsWith("code 1\n", session.Output);
    }

    [Fact]
    public void What_is_on_disk_cuts_no_session_either()
    {
        string file = Host.Write("rules", "-A INPUT -p tcp --dport 22 -j DROP\n");
        Host.OnServer($"minifw apply {file}; minifw off --temporary").Succeeded();
        CommandResult refused = Host.InSession("minifw load");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("would cut the session", refused.Error);
        Host.OnServer("minifw load").Succeeded();
    }

    [Fact]
    public void A_door_that_closes_behind_the_session_is_told_of()
    {
        CommandResult closed = Host.InSession("minifw default deny incoming && sleep 0.2 && echo alive");
        Assert.EndsWith("alive\n", closed.Output);
        Assert.Contains("no new one like it could begin: what comes in would be dropped by the policy of INPUT", closed.Error);
        Assert.Contains($"add: iptables -A INPUT -p tcp -s {RemoteHost.Client} --dport 22 -j ACCEPT", closed.Error);
        Host.OnServer("minifw off; minifw allow ssh").Succeeded();
        CommandResult open = Host.InSession("minifw default deny incoming");
        Assert.Equal((0, ""), (open.ExitCode, open.Error));
    }

    [Fact]
    public void A_session_that_is_tracked_goes_on_where_only_established_ones_may()
    {
        string file = Host.Write("rules", "-P INPUT DROP\n-P OUTPUT DROP\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n");

        // To a new table the session begins with its next packet, and such a one may neither come in nor go out.
        Assert.Equal(1, Host.InSession($"minifw apply {file}").ExitCode);
        string first = Host.Write("first", "-A INPUT -m conntrack --ctstate INVALID -j DROP\n");
        Assert.Equal("known\nalive\n", Host.InSession($"minifw apply {first} && echo known && sleep 0.5 && minifw apply {file} && sleep 0.2 && echo alive").Output);
    }

    [Fact]
    public void What_is_forced_on_trial_comes_back_by_itself_and_the_session_with_it()
    {
        string file = Host.Write("rules", "-P INPUT DROP\n-P OUTPUT DROP\n");
        CommandResult result = Host.InSession($"minifw apply --force --confirm 2 {file} > /dev/null; echo back");
        Assert.Equal((0, "back\n", ""), (result.ExitCode, result.Output, result.Error));
        Assert.Contains("no rules are loaded", Host.OnServer("minifw show").Succeeded());
    }

    [Fact]
    public void Killing_the_servers_of_the_session_ends_no_trial()
    {
        string file = Host.Write("rules", "-A INPUT -p tcp --dport 23 -j DROP\n"), said = Path.Combine(Host.Files, "said");

        // Into a file: what a server still holds when it is killed never reaches its client.
        CommandResult killed = Host.InSession($"minifw apply --confirm 3 {file} > {said} && kill -9 $PPID");
        Assert.Equal(255, killed.ExitCode);
        Assert.Contains("in force for 3 s", File.ReadAllText(said));
        Host.KillServer();
        Trials.Waiting.Until("the rules before", () => Host.OnServer("minifw show").Succeeded().Contains("no rules are loaded", StringComparison.Ordinal));
    }

    [Fact]
    public void From_elsewhere_than_a_session_nothing_is_refused_and_open_connections_are_told_of()
    {
        string file = Host.Write("rules", "-A INPUT -p tcp --dport 7 -j DROP\n");
        CommandResult result = Host.OnClient($$"""
            ip netns exec $(ip netns identify $$ | sed 's/-c$/-s/') nc -l -k 7 > /dev/null 2>&1 < /dev/null & server=$!
            for i in $(seq 200); do exec 3<> /dev/tcp/{{RemoteHost.Server}}/7 && break; sleep 0.05; done 2> /dev/null
            ip netns exec $(ip netns identify $$ | sed 's/-c$/-s/') {{MinifwBinary.Path}} apply {{file}}
            code=$?; kill $server; exit $code
            """);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches($@"^minifw: warning: 1 open connection of this host will end: {RemoteHost.Client}:\d+ with {RemoteHost.Server}:7 by [^\n]*-A INPUT -p tcp -m tcp --dport 7 -j DROP\n$", result.Error);
    }

    [Fact]
    public void Commands_of_iptables_are_checked_where_they_are_typed_and_scripts_go_on()
    {
        string typed = Host.InTerminal("iptables -P INPUT DROP; echo code $?");
        Assert.Contains("iptables: these rules would cut the session", typed);
        Assert.Contains("MINIFW_FORCE=1", typed);
        Assert.Contains("code 1", typed);
        string byScript = Host.InTerminal("export -f iptables; bash -c 'iptables -P INPUT DROP && iptables -A INPUT -p tcp --dport 22 -j ACCEPT; echo code $?'; true");
        Assert.Contains("code 0", byScript);
        CommandResult script = Host.InSession("iptables -P INPUT DROP && iptables -A INPUT -p tcp --dport 22 -j ACCEPT; echo $?");
        Assert.Equal(("0\n", ""), (script.Output, script.Error));
        CommandResult restored = Host.InSession($"printf '*filter\\n:INPUT DROP\\nCOMMIT\\n' | {MinifwBinary.Path} iptables-restore");
        Assert.Equal(1, restored.ExitCode);
        Assert.Contains("iptables-restore: these rules would cut the session", restored.Error);
        Assert.Equal("0\n", Host.InSession($"printf '*filter\\n:INPUT ACCEPT\\nCOMMIT\\n' | {MinifwBinary.Path} iptables-restore; echo $?").Output);
    }

    [Fact]
    public void What_is_restored_in_a_session_tells_of_other_connections()
    {
        CommandResult other = Host.InSession($"nc -l 127.0.0.1 7 > /dev/null 2>&1 < /dev/null & server=$!; until exec 3<> /dev/tcp/127.0.0.1/7; do sleep 0.05; done 2> /dev/null; printf '*filter\\n-A INPUT -p tcp --dport 7 -j DROP\\nCOMMIT\\n' | {MinifwBinary.Path} iptables-restore; code=$?; kill $server; exit $code");
        Assert.Equal(0, other.ExitCode);
        Assert.Contains("of this host will end: 127.0.0.1:", other.Error);
    }

    [Fact]
    public void Failsafe_ports_are_not_closed_by_mistake()
    {
        Host.OnServer("minifw failsafe add tcp 22 from 10.9.0.0/24").Succeeded();
        Assert.Equal("tcp 22 from 10.9.0.0/24\n", Host.OnServer("minifw failsafe").Succeeded());
        string file = Host.Write("rules", $"-A INPUT -p tcp -s {RemoteHost.Client} --dport 22 -j ACCEPT\n-A INPUT -p tcp --dport 22 -j DROP\n");
        CommandResult refused = Host.OnServer($"minifw apply {file}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("would close the failsafe port tcp 22 from 10.9.0.0/24", refused.Error);
        Assert.Contains("rules:2: -A INPUT -p tcp -m tcp --dport 22 -j DROP", refused.Error);
        Assert.Contains("iptables -A INPUT -p tcp -s 10.9.0.0/24 --dport 22 -j ACCEPT", refused.Error);
        Host.OnServer($"minifw apply --force {file}").Succeeded();
        Host.OnServer("minifw failsafe remove tcp 22 from 10.9.0.0/24; minifw failsafe add tcp 22").Succeeded();
        Assert.Equal(1, Host.OnServer($"minifw apply {file}").ExitCode);

        // A text of all rules is checked whoever restores it, parts of one are not.
        const string Closing = "printf '*filter\\n:INPUT DROP\\nCOMMIT\\n' | ";
        CommandResult restored = Host.OnServer($"{Closing}{MinifwBinary.Path} iptables-restore");
        Assert.Equal(1, restored.ExitCode);
        Assert.Contains("iptables-restore: these rules would close the failsafe port tcp 22", restored.Error);
        Host.OnServer($"{Closing}{MinifwBinary.Path} iptables-restore -n && minifw off && {Closing}MINIFW_FORCE=1 {MinifwBinary.Path} iptables-restore").Succeeded();

        // A list of offenders closes nothing.
        Host.Write("rules", "-A INPUT -s 203.0.113.0/24 -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -j DROP\n");
        Host.OnServer($"minifw apply {file}").Succeeded();
        Assert.Equal(2, Host.OnServer("minifw failsafe add tcp 0").ExitCode);
        Assert.Equal(2, Host.OnServer("minifw failsafe add tcp 22 from nowhere").ExitCode);
        Assert.Equal(2, Host.OnServer("minifw failsafe remove tcp 23").ExitCode);
    }
}
