using System.Text.Json;
using MiniFirewall.Bpf;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw module and --provider, as far as they go without the module: what stands in the way is said in words.</summary>
public sealed class ModuleTests : IDisposable
{
    private const int Refused = 1, Usage = 2, Unsupported = 3, Resource = 4;

    private readonly NamedNamespace _namespace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("minifw-module-").FullName;

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("--provider", "nft", "show")]
    [InlineData("--provider=", "show")]
    [InlineData("show", "--provider", "nft")]
    public void An_unknown_provider_is_a_wrong_command_line(params string[] words) =>
        Assert.Contains("--provider is bpf or module, not", _namespace.Minifw(words).FailedWith(Usage), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_provider_in_the_environment_is_refused() => Assert.Contains(
        "MINIFW_PROVIDER is 'nft'",
        _namespace.Shell($"echo '-A INPUT -j DROP' | MINIFW_PROVIDER=nft {MinifwBinary.Path} apply -").FailedWith(Refused),
        StringComparison.Ordinal);

    [Fact]
    public void Without_the_module_its_provider_is_refused_and_nothing_changes()
    {
        Assert.SkipWhen(HookModule.IsLoaded, "the module minifw is loaded");
        string error = _namespace.MinifwWith("-A INPUT -j DROP\n", "--provider", "module", "apply", "-").FailedWith(Unsupported);
        Assert.Contains("the kernel module minifw is not loaded: run 'minifw module load'", error, StringComparison.Ordinal);
        Assert.Contains("off: minifw lets every packet pass", _namespace.Minifw("status").Succeeded(), StringComparison.Ordinal);
        _namespace.Minifw("--provider", "module", "iptables", "-A", "INPUT", "-j", "DROP").FailedWith(Unsupported);
    }

    [Fact]
    public void Another_provider_than_that_of_the_rules_in_force_is_refused()
    {
        Assert.SkipWhen(HookModule.IsLoaded, "the module minifw is loaded");
        _namespace.MinifwWith("-A INPUT -p udp -j DROP\n", "apply", "-").Succeeded();
        string error = _namespace.MinifwWith("-A INPUT -j DROP\n", "--provider", "module", "apply", "-").FailedWith(Refused);
        Assert.Contains("under the hook provider bpf, and module is asked for: run 'minifw off' first", error, StringComparison.Ordinal);
        Assert.Contains("-p udp", _namespace.Minifw("show").Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_without_modules_says_so()
    {
        Assert.SkipWhen(File.Exists("/proc/modules"), "this kernel has modules");
        Assert.Contains("this kernel has no loadable modules", _namespace.Minifw("module", "load").FailedWith(Unsupported), StringComparison.Ordinal);
        Assert.Contains("without loadable modules", _namespace.Minifw("module", "status").Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_headers_are_named()
    {
        string error = _namespace.Minifw("module", "build", "--kernel", "0.1-none", "--directory", _directory).FailedWith(Resource);
        Assert.Contains("apt-get install linux-headers-0.1-none", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    /// <summary>The sources come out whole; a build that fails is shown.</summary>
    [Fact]
    public void A_build_that_fails_is_shown_with_its_last_lines()
    {
        string headers = Path.Combine(_directory, "headers");
        Directory.CreateDirectory(headers);
        File.WriteAllText(Path.Combine(headers, "Makefile"), "modules:\n\t@echo no such luck\n\t@false\n");
        string error = _namespace.Minifw("module", "build", "--kernel", "0.1-none", "--headers", headers, "--directory", _directory).FailedWith(Refused);
        Assert.Contains("no such luck", error, StringComparison.Ordinal);
        string sources = Path.Combine(_directory, "0.1-none");
        Assert.Equal(
            ["Kbuild", "Makefile", "answer.c", "dkms.conf", "hooks.c", "main.c", "minifw.h", "netlink.c", "run.c", "status.c"],
            Directory.EnumerateFiles(sources).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(sources, "uapi", "minifw.h")));
    }

    [Fact]
    public void Status_is_json_too()
    {
        using JsonDocument status = JsonDocument.Parse(_namespace.Minifw("module", "status", "--json").Succeeded());
        Assert.Equal(HookModule.IsLoaded, status.RootElement.GetProperty("loaded").GetBoolean());
        Assert.Equal(0, status.RootElement.GetProperty("hooks").GetArrayLength());
    }
}
