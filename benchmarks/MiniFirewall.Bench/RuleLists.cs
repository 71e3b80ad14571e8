using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Bench;

/// <summary>The rule sets that are measured.</summary>
internal static class RuleLists
{
    internal const string EightRules = """
        iptables -A OUTPUT -p tcp -d bigmart.com -j ACCEPT
        iptables -A OUTPUT -p tcp -d bigmart-data.com -j ACCEPT
        iptables -A OUTPUT -p tcp -d ubuntu.com -j ACCEPT
        iptables -A OUTPUT -p tcp -d ca.archive.ubuntu.com -j ACCEPT
        iptables -A OUTPUT -p tcp --dport 80 -j DROP
        iptables -A OUTPUT -p tcp --dport 443 -j DROP
        iptables -A INPUT -p tcp -s 10.0.3.1 --dport 22 -j ACCEPT
        iptables -A INPUT -p tcp -s 0.0.0.0/0 --dport 22 -j DROP

        """;

    /// <summary>Address and port of rule <paramref name="index"/> of a generated list: 10.x.y.z, host order.</summary>
    internal static (uint Address, ushort Port) Flow(int index) =>
        (0x0a000000u | ((uint)(index + 1) * 40503u % 0xfffffeu) + 1, (ushort)(1024 + (index * 7919 % 60000)));

    /// <summary><paramref name="count"/> rules of address, protocol and port that accept, in iptables-save's form.</summary>
    internal static string Generated(int count)
    {
        var text = new StringBuilder("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n");
        for (int i = 0; i < count; i++)
        {
            (uint address, ushort port) = Flow(i);
            text.Append($"-A OUTPUT -d {Dotted(address)}/32 -p udp -m udp --dport {port} -j ACCEPT\n");
        }

        return text.Append("COMMIT\n").ToString();
    }

    /// <summary>The same for nft, as its users write it.</summary>
    internal static string GeneratedNft(int count)
    {
        var text = new StringBuilder("table ip bench {\n chain output {\n  type filter hook output priority 0; policy accept;\n");
        for (int i = 0; i < count; i++)
        {
            (uint address, ushort port) = Flow(i);
            text.Append($"  ip daddr {Dotted(address)} udp dport {port} accept\n");
        }

        return text.Append(" }\n}\n").ToString();
    }

    internal static RuleSet Read(string text)
    {
        ReadResult result = RuleSetReader.Read("bench", text, ReadOptions.Default with { Resolver = new BenchNames() });
        return result.Rules ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    /// <summary>Rules whose names are live.</summary>
    internal static RuleSet ReadLive(string text, Func<string, NameAddresses> addresses)
    {
        ReadResult result = RuleSetReader.Read("bench", text, ReadOptions.Default with { LiveNames = true });
        return LiveNames.WithAddresses(result.Rules ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics)), addresses);
    }

    internal static string Dotted(uint address) =>
        $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}";

    /// <summary>Two addresses of each family for every name, as in the demo.</summary>
    private sealed class BenchNames : INameResolver
    {
        public NameAddresses Resolve(string name)
        {
            uint first = 0xc6336400u + ((uint)name.Length * 4);
            UInt128 sixth = ((UInt128)0x20010db800000000 << 64) + first;
            return new([first, first + 1], [sixth, sixth + 1]);
        }
    }
}
