using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Packets;

namespace MiniFirewall.Dns.Files;

/// <summary>Names and addresses of hosts(5). A line that makes no sense is passed over.</summary>
public sealed class HostsFile
{
    public const string UsualPath = "/etc/hosts";

    /// <summary>How long what it says is believed: it may be edited at any time.</summary>
    internal const uint Seconds = 30;

    private readonly Dictionary<string, List<NameAddress>> _names = [];

    private HostsFile()
    {
    }

    /// <summary>As <see cref="Parse"/>; empty where the file cannot be read.</summary>
    public static HostsFile Read(string path) => Parse(SystemFile.ReadLines(path));

    public static HostsFile Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var hosts = new HostsFile();
        foreach (string line in lines)
        {
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && IPAddress.TryParse(words[0], out IPAddress? address) && address.ScopeIdOrZero() == 0)
            {
                hosts.Add(address, words[1..]);
            }
        }

        return hosts;
    }

    /// <summary>The name's addresses, each once; null where the file does not have it.</summary>
    public IReadOnlyList<NameAddress>? Find(string name) => _names.GetValueOrDefault(name);

    private void Add(IPAddress address, string[] names)
    {
        NameAddress entry = Of(address);
        foreach (string text in names)
        {
            if (DnsName.TryNormalize(text, out string name))
            {
                List<NameAddress> known = _names.TryGetValue(name, out List<NameAddress>? found) ? found : _names[name] = [];
                if (!known.Contains(entry))
                {
                    known.Add(entry);
                }
            }
        }
    }

    private static NameAddress Of(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new(Family.IPv4, BinaryPrimitives.ReadUInt32BigEndian(bytes), Seconds)
            : new(Family.IPv6, BinaryPrimitives.ReadUInt128BigEndian(bytes), Seconds);
    }
}

/// <summary>What every address has, and only those of IPv6 may be asked for.</summary>
internal static class AddressExtensions
{
    internal static long ScopeIdOrZero(this IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
