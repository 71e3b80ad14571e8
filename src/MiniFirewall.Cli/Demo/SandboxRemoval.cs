namespace MiniFirewall.Cli.Demo;

/// <summary>Removes what sandboxes leave in the host: namespaces and their directories in /etc/netns.</summary>
internal static class SandboxRemoval
{
    private const string Namespaces = "/run/netns", Overlays = "/etc/netns";

    /// <summary>Every sandbox that any run has left something of.</summary>
    internal static IReadOnlyList<SandboxName> Present() =>
        [.. Entries(Namespaces).Concat(Entries(Overlays)).Select(Parse).OfType<SandboxName>().Distinct()];

    /// <summary>Removes one sandbox: first the firewall in its client, whose pins would keep the namespace alive.</summary>
    internal static void Remove(SandboxName name)
    {
        string client = name.Namespace(Place.Client.Role);
        if (IsNamespace(client))
        {
            FirewallCommand.Run(client, ["off", "--temporary"], "");
        }

        foreach (string entry in Entries(Namespaces).Where(e => name == Parse(e)))
        {
            IpTool.Run(["netns", "del", entry]);
        }

        foreach (string entry in Entries(Overlays).Where(e => name == Parse(e)))
        {
            Directory.Delete(Path.Combine(Overlays, entry), recursive: true);
        }

        if (Directory.Exists(Overlays) && !Directory.EnumerateFileSystemEntries(Overlays).Any())
        {
            Directory.Delete(Overlays);
        }
    }

    /// <summary>Removes the sandboxes whose makers are gone.</summary>
    internal static void RemoveAbandoned()
    {
        foreach (SandboxName name in Present().Where(n => !n.OwnerLives))
        {
            Remove(name);
        }
    }

    private static SandboxName? Parse(string entry) => SandboxName.TryParse(entry, out SandboxName? name) ? name : null;

    private static IEnumerable<string> Entries(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFileSystemEntries(directory).Select(e => Path.GetFileName(e)!)]
        : [];

    /// <summary>False for the empty file that an interrupted `ip netns add` leaves: nothing can run in it.</summary>
    private static bool IsNamespace(string name) =>
        Entries(Namespaces).Contains(name) && IpTool.Run(["netns", "exec", name, "true"]).ExitCode == 0;
}
