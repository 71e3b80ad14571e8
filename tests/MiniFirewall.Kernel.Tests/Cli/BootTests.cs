using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>What the boot loads; the unit that does so; and what iptables-persistent has left.</summary>
public sealed class BootTests : IDisposable
{
    private const string First = "iptables -A INPUT -p udp --dport 1001 -j DROP\n", Second = "iptables -A INPUT -p udp --dport 1002 -j DROP\n";

    private readonly NamedNamespace _namespace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("mfwb-").FullName;

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_new_machine_loads_nothing_and_rules_in_force_stay()
    {
        Assert.Contains("nothing is loaded", Run("load --boot").Succeeded());
        Run("apply -", First).Succeeded();
        Run("apply --temporary -", Second).Succeeded();
        Assert.Contains("stay", Run("load --boot").Succeeded());
        Assert.Contains("1002", Run("show").Succeeded());
    }

    [Fact]
    public void A_damaged_rule_set_gives_way_to_the_one_before()
    {
        Run("apply -", First).Succeeded();
        Run("apply -", Second).Succeeded();
        Run("off --temporary").Succeeded();
        Damage("set-00000002.rules");
        CommandResult boot = Run("load --boot");
        Assert.Equal(1, boot.ExitCode);
        Assert.Contains("rule set 1 is in force in place of 2", boot.Error);
        Assert.Contains("1001", Run("show").Succeeded());
    }

    [Fact]
    public void Where_none_can_be_loaded_only_failsafe_ports_are_open()
    {
        Run("failsafe add tcp 22").Succeeded();
        Run("apply -", First).Succeeded();
        Run("off --temporary").Succeeded();
        Damage("set-00000001.rules");
        Assert.Equal(1, Run("load --boot").ExitCode);
        Assert.StartsWith("ACCEPT", Run("why in eth0 tcp 192.0.2.1:5 10.0.0.1:22").Succeeded());
        Assert.StartsWith("DROP", Run("why in eth0 tcp 192.0.2.1:5 10.0.0.1:23").Succeeded());
        Assert.StartsWith("ACCEPT", Run("why in lo tcp 127.0.0.1:5 127.0.0.1:23").Succeeded());
        Assert.StartsWith("ACCEPT", Run("why out eth0 tcp 10.0.0.1:23 192.0.2.1:5").Succeeded());
    }

    [Fact]
    public void Closed_is_closed_where_that_is_configured()
    {
        File.WriteAllText(Path.Combine(_directory, "minifw.conf"), "on_boot_failure = closed\n");
        Run("apply -", First).Succeeded();
        Run("apply -", Second).Succeeded();
        Run("off --temporary").Succeeded();
        Damage("set-00000002.rules");
        Assert.Equal(1, Run("load --boot").ExitCode);
        Assert.StartsWith("DROP", Run("why in eth0 tcp 192.0.2.1:5 10.0.0.1:22").Succeeded());
    }

    [Fact]
    public void A_wrong_line_about_names_keeps_no_rules_from_a_boot()
    {
        const string Named = "iptables -A OUTPUT -d localhost -p udp --dport 1003 -j DROP\n";
        Run("apply -", First).Succeeded();
        Run("apply -", Named).Succeeded();
        Run("off --temporary").Succeeded();
        File.WriteAllText(Path.Combine(_directory, "names.conf"), "wait x\n");
        Assert.Contains("rule set 2 is in force", Run("load --boot").Succeeded());
        Assert.Contains($"{_directory}/names.conf:1: wait takes", Run("apply -", Named).FailedWith(1));
    }

    [Fact]
    public void The_unit_is_one_that_systemd_takes()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "no systemd-analyze here");
        string unit = Path.Combine(_directory, "minifw.service");
        File.WriteAllText(unit, File.ReadAllText(Path.Combine(Repository, "packaging", "systemd", "minifw.service")).Replace("/usr/sbin/minifw", MinifwBinary.Path, StringComparison.Ordinal));
        CommandResult verified = CommandResult.Of("systemd-analyze", ["verify", "--man=no", unit]);
        Assert.Equal((0, ""), (verified.ExitCode, string.Concat(verified.Error.Split('\n').Where(line => line.Contains("minifw", StringComparison.Ordinal)))));
    }

    [Fact]
    public void The_configuration_that_comes_along_is_taken()
    {
        File.Copy(Path.Combine(Repository, "packaging", "etc", "minifw.conf"), Path.Combine(_directory, "minifw.conf"));
        Run("apply -", First).Succeeded();
        Run("off --temporary").Succeeded();
        Damage("set-00000001.rules");
        Assert.DoesNotContain("minifw.conf", Run("load --boot").Error);
    }

    [Fact]
    public void Files_of_iptables_persistent_become_one_rule_set()
    {
        string v4 = Path.Combine(_directory, "rules.v4"), v6 = Path.Combine(_directory, "rules.v6");
        File.WriteAllText(v4, "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n*filter\n:INPUT DROP [7:7]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n");
        File.WriteAllText(v6, "*filter\n:INPUT ACCEPT [0:0]\n:web - [0:0]\n-A INPUT -p tcp -m tcp --dport 80 -j web\n-A web -j DROP\nCOMMIT\n");
        CommandResult imported = Run($"import {v4} {v6}");
        Assert.Equal(0, imported.ExitCode);
        Assert.Contains($"nat of {v4}", imported.Error);
        Assert.StartsWith("DROP: the policy", Run("why in eth0 tcp 192.0.2.1:5 10.0.0.1:23").Succeeded());
        Assert.StartsWith("ACCEPT: rule", Run("why in eth0 tcp 192.0.2.1:5 10.0.0.1:22").Succeeded());
        Assert.StartsWith("ACCEPT: the policy", Run("why in eth0 tcp [2001:db8::1]:5 [2001:db8::2]:22").Succeeded());
        Assert.StartsWith("DROP: rule", Run("why in eth0 tcp [2001:db8::1]:5 [2001:db8::2]:80").Succeeded());
        Assert.Contains("import ", Run("history").Succeeded());
        string before = Run("show").Succeeded();
        Assert.Contains("-4 -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT", Run($"import --print {v4}").Output);
        File.WriteAllText(v4, "*filter\n-A INPUT -j NOPE\nCOMMIT\n");
        Assert.Contains($"{v4}:2: ", Run($"import {v4}").FailedWith(2));
        Run($"import {v4} {v4}").FailedWith(2);
        Run($"import {_directory}/none").FailedWith(2);
        Assert.Equal(before, Run("show").Succeeded());
    }

    private static string Repository
    {
        get
        {
            DirectoryInfo? directory = new(AppContext.BaseDirectory);
            while (!Directory.Exists(Path.Combine(directory!.FullName, "packaging")))
            {
                directory = directory.Parent;
            }

            return directory.FullName;
        }
    }

    private CommandResult Run(string line, string input = "") =>
        CommandResult.Of("ip", _namespace.Inside(["env", $"MINIFW_STATE_DIR={_directory}/state", $"MINIFW_CONFIG_DIR={_directory}", MinifwBinary.Path, .. line.Split(' ')]), input);

    private void Damage(string name)
    {
        string path = Path.Combine(_directory, "state", name);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
