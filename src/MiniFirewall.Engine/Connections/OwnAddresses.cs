using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>The addresses that packets to them end at this host for, in the calling thread's network namespace, as the kernel's files say.</summary>
public sealed class OwnAddresses
{
    private readonly HashSet<(Family, UInt128)> _addresses = [];
    private readonly HashSet<(Family, UInt128)> _broadcasts = [];
    private readonly List<(uint Address, uint Mask)> _networks = [];

    private OwnAddresses()
    {
    }

    /// <summary>Reads /proc/net/fib_trie and /proc/net/if_inet6.</summary>
    public static OwnAddresses Read()
    {
        const string Files = "/proc/thread-self/net/", V6 = Files + "if_inet6";
        return Parse(File.ReadLines(Files + "fib_trie"), File.Exists(V6) ? File.ReadLines(V6) : []);
    }

    /// <summary>The names of the namespace's network interfaces (/proc/net/dev).</summary>
    public static IReadOnlyList<string> ReadInterfaces() =>
        [.. File.ReadLines("/proc/thread-self/net/dev").Skip(2).Select(line => line[..line.IndexOf(':')].Trim())];

    internal static OwnAddresses Parse(IEnumerable<string> trie, IEnumerable<string> v6)
    {
        var own = new OwnAddresses();
        string address = "";
        foreach (string line in trie.Select(line => line.Trim()))
        {
            if (line.StartsWith("|-- ", StringComparison.Ordinal))
            {
                address = line[4..];
            }
            else if (line.EndsWith(" LOCAL", StringComparison.Ordinal) || line.EndsWith(" BROADCAST", StringComparison.Ordinal))
            {
                own.Add(address, line);
            }
        }

        foreach (string line in v6)
        {
            own._addresses.Add((Family.IPv6, UInt128.Parse(line.AsSpan(0, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)));
        }

        return own;
    }

    /// <summary>The single addresses of this host that others reach it by: not those of loopback and of links.</summary>
    public IEnumerable<UInt128> Reachable(Family family) => _addresses
        .Where(own => own.Item1 == family && (family == Family.IPv4 ? own.Item2 >> 24 != 127 : own.Item2 != 1 && own.Item2 >> 118 != 0x3fa))
        .Select(own => own.Item2);

    /// <summary>The addresses by themselves, loopback ones too; not those that whole networks give.</summary>
    public IEnumerable<(Family Family, UInt128 Address)> All => _addresses;

    /// <summary>An address of this host.</summary>
    public bool Contains(Family family, UInt128 address) => _addresses.Contains((family, address))
        || (family == Family.IPv4 && _networks.Exists(network => ((uint)address & network.Mask) == network.Address));

    /// <summary>Packets to it come to this host too: it is one of its own, a broadcast or a multicast address.</summary>
    public bool Receives(Family family, UInt128 address) => Contains(family, address) || _broadcasts.Contains((family, address))
        || (family == Family.IPv4 ? address >> 28 == 0xe || address == uint.MaxValue : address >> 120 == 0xff);

    /// <param name="kind">Such as "/32 host LOCAL".</param>
    private void Add(string address, string kind)
    {
        int length = int.Parse(kind.AsSpan(1, kind.IndexOf(' ') - 1), NumberStyles.None, CultureInfo.InvariantCulture);
        UInt128 number = AddressText.Parse(Family.IPv4, address);
        if (length < 32 && kind.EndsWith("LOCAL", StringComparison.Ordinal))
        {
            _networks.Add(((uint)number, length == 0 ? 0 : uint.MaxValue << (32 - length)));
        }
        else
        {
            (kind.EndsWith("LOCAL", StringComparison.Ordinal) ? _addresses : _broadcasts).Add((Family.IPv4, number));
        }
    }
}
