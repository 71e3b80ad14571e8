using System.Diagnostics;
using System.Text.RegularExpressions;
using MiniFirewall.Btf;
using Xunit;

namespace MiniFirewall.Tests.Btf;

public sealed partial class KernelTypesAgainstBpftoolTests
{
    private const string KernelBtf = "/sys/kernel/btf/vmlinux";

    [Fact]
    public void Structs_functions_and_members_are_where_bpftool_says()
    {
        Assert.SkipUnless(File.Exists(KernelBtf), "this kernel has no BTF");
        string[]? dump = Dump();
        Assert.SkipWhen(dump is null, "bpftool is not installed");

        KernelTypes types = KernelTypes.Parse(File.ReadAllBytes(KernelBtf));
        Assert.Equal(dump!.Count(line => line.StartsWith('[')), types.Count);
        HashSet<string> sample = Sample(dump);
        types.Prepare(sample);
        Assert.InRange(Compare(types, dump, sample), 3_000, int.MaxValue);
    }

    private static int Compare(KernelTypes types, string[] dump, HashSet<string> sample)
    {
        var seen = new HashSet<string>();
        int compared = 0;
        string? owner = null;
        foreach (string line in dump)
        {
            if (Header().Match(line) is { Success: true } header)
            {
                string kind = header.Groups["kind"].Value;
                string name = header.Groups["name"].Value;
                owner = null;
                if (kind is "STRUCT" or "FUNC" && sample.Contains(name) && seen.Add(kind + name))
                {
                    int? found = kind == "STRUCT" ? types.FindStruct(name) : types.FindFunction(name);
                    Assert.Equal(int.Parse(header.Groups["id"].Value), found);
                    owner = kind == "STRUCT" ? name : null;
                    compared++;
                }
            }
            else if (owner is not null && Member().Match(line) is { Success: true } member && member.Groups["name"].Value != "(anon)")
            {
                CompareMember(types, owner, member);
                compared++;
            }
        }

        return compared;
    }

    private static void CompareMember(KernelTypes types, string owner, Match member)
    {
        KernelMember? found = types.FindMember(owner, member.Groups["name"].Value);
        Assert.True(found is not null, $"{owner}.{member.Groups["name"].Value} is not found");
        Assert.Equal(int.Parse(member.Groups["bits"].Value), found.Value.BitOffset);
        Assert.Equal(member.Groups["size"] is { Success: true } size ? int.Parse(size.Value) : 0, found.Value.BitSize);
    }

    /// <summary>Every fortieth name, and those that programs use.</summary>
    private static HashSet<string> Sample(string[] dump) =>
    [
        "sk_buff", "nf_hook_state", "net_device", "sock", "iphdr", "ipv6hdr", "bpf_rdonly_cast",
        .. dump.Select(line => Header().Match(line))
            .Where(m => m.Success && m.Groups["kind"].Value is "STRUCT" or "FUNC" && m.Groups["name"].Value != "(anon)")
            .Select(m => m.Groups["name"].Value)
            .Where((_, i) => i % 40 == 0),
    ];

    private static string[]? Dump()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("bpftool", ["btf", "dump", "file", KernelBtf, "format", "raw"])
            {
                RedirectStandardOutput = true,
            })!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\[(?<id>\d+)\] (?<kind>\w+) '(?<name>[^']+)'")]
    private static partial Regex Header();

    [GeneratedRegex(@"^\t'(?<name>[^']+)' type_id=\d+ bits_offset=(?<bits>\d+)(?: bitfield_size=(?<size>\d+))?$")]
    private static partial Regex Member();
}
