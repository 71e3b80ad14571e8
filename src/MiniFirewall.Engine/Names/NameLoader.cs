using System.Collections.Immutable;
using MiniFirewall.Dns;
using MiniFirewall.Engine.Home;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Names;

/// <summary>
/// Gives the live names of a rule set addresses before it is put in force. It waits for name servers a bounded time, all names together;
/// a name that nobody knows keeps what it had, or has none, and stops nothing.
/// </summary>
internal sealed class NameLoader(EngineParts parts, NetworkNamespace network)
{
    /// <summary>How names are kept true.</summary>
    /// <exception cref="FirewallException">The file of settings makes no sense.</exception>
    internal NameSettings Settings()
    {
        try
        {
            return parts.Names ?? NameSettings.Read(NameSettings.UsualPath);
        }
        catch (FormatException wrong)
        {
            throw new FirewallException(FirewallFailure.Refused, wrong.Message, wrong);
        }
    }

    /// <summary>What is known of the rule set's names, after a question for those whose time has come.</summary>
    /// <param name="known">What is known already; null for what the namespace's book says.</param>
    /// <param name="wait">How long name servers are waited for; null for what the settings say.</param>
    internal NameBook Ask(RuleSet rules, NameBook? known, TimeSpan? wait)
    {
        IReadOnlyList<HostName> hosts = LiveNames.Of(rules).Hosts;
        if (hosts.Count == 0)
        {
            return NameBook.Empty;
        }

        // Nobody is asked: how is of no weight, so a wrong line in the file keeps no rules from a boot.
        bool asks = wait is not { } none || none > TimeSpan.Zero;
        NameSettings settings = asks ? Settings() : NameSettings.Default;
        long now = parts.Clock();
        NameBook book = (known ?? ReadBook()).Only(hosts.Select(host => host.Name));
        foreach (HostName host in hosts.Where(host => host.IsKnown && !book.Find(host.Name)!.IsKnown))
        {
            // Rules in force that nobody has written a book for: what the kernel has is known.
            book = book.With(book.Find(host.Name)! with { Addresses = Addresses(host, now + settings.LeastSeconds) });
        }

        TimeSpan bound = wait ?? TimeSpan.FromSeconds(settings.WaitSeconds);
        string[] due = [.. book.Names.Where(name => !name.IsPattern && name.Next <= now).Select(name => name.Name)];
        if (due.Length == 0 || !asks || bound <= TimeSpan.Zero)
        {
            return book;
        }

        ImmutableArray<NameAnswer> answers = parts.Resolver(settings).Resolve(due, bound);
        return answers.Aggregate(book, (all, answer) => all.With(NameHistory.After(all.Find(answer.Name)!, answer, parts.Clock(), settings)));
    }

    /// <summary>The rule set with the addresses of a book.</summary>
    internal static RuleSet Fill(RuleSet rules, NameBook book) => book.Names.Any()
        ? LiveNames.WithAddresses(rules, name => book.Find(name) is { } known ? new(Of(known, Family.IPv4), Of(known, Family.IPv6)) : null)
        : rules;

    private NameBook ReadBook()
    {
        using HomeMount? home = HomeMount.TryOpen(parts.Root);
        return home is null ? NameBook.Empty : NameBookFile.Read(home.Home, network);
    }

    private static ImmutableArray<UInt128> Of(KnownName name, Family family) =>
        [.. name.Addresses.Where(address => address.Family == family).Select(address => address.Address)];

    private static ImmutableArray<KnownAddress> Addresses(HostName host, long until) =>
    [
        .. host.V4.Select(address => new KnownAddress(Family.IPv4, address, until)),
        .. host.V6.Select(address => new KnownAddress(Family.IPv6, address, until)),
    ];
}
