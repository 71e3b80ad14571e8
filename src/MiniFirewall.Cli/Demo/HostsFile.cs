using System.Text;

namespace MiniFirewall.Cli.Demo;

/// <summary>The sandbox's own names: files that `ip netns exec` puts over /etc/hosts and its kin, inside only.</summary>
internal static class HostsFile
{
    private static readonly (string Name, Place Place, int[] Hosts)[] Names =
    [
        ("bigmart.com", Place.Shop, [10, 11]),
        ("bigmart-data.com", Place.Shop, [20, 21]),
        ("ubuntu.com", Place.Mirror, [10, 11]),
        ("ca.archive.ubuntu.com", Place.Mirror, [20, 21]),
        ("elsewhere.example", Place.World, [10]),
    ];

    /// <summary>Writes hosts, resolv.conf and nsswitch.conf into <paramref name="directory"/>, which is /etc/netns/NAME.</summary>
    internal static void Write(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "hosts"), Text());
        File.WriteAllText(Path.Combine(directory, "resolv.conf"), "# No name server: the sandbox asks nobody.\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        if (File.Exists("/etc/nsswitch.conf"))
        {
            File.WriteAllText(Path.Combine(directory, "nsswitch.conf"), "hosts: files\nservices: files\nprotocols: files\n");
        }
    }

    private static string Text()
    {
        var text = new StringBuilder("127.0.0.1 localhost\n::1 localhost\n");
        foreach ((string name, Place place, int[] hosts) in Names)
        {
            foreach (int host in hosts)
            {
                text.Append($"{place.V4(host)} {name}\n{place.V6(host)} {name}\n");
            }
        }

        return text.ToString();
    }
}
