using System.Collections.Immutable;
using MiniFirewall.Dns;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Names;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Names;

/// <summary>An address of a name that an answer which passed by had.</summary>
internal readonly record struct LearntAddress(string Name, NameAddress Address);

/// <summary>
/// Keeps the addresses of the names of the rules in force true. Name servers are asked without a lock; what they say is then made true in
/// one short change, by who holds the namespace's lock.
/// </summary>
internal sealed class NameKeeper(EngineParts parts, NetworkNamespace network, NameSettings settings)
{
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLock = TimeSpan.FromSeconds(30);

    /// <summary>What is known of the names of the rules in force; null where no rules are.</summary>
    internal NameBook? Read()
    {
        using HomeMount? home = HomeMount.TryOpen(parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, network);
        using GenerationState? generation = state?.TryOpenGeneration();
        return generation is null ? null : NameBookFile.Read(home!.Home, network).Only(generation.HostNames);
    }

    /// <summary>Asks for names, and makes true what is said.</summary>
    /// <param name="isDue">Which names are asked for; patterns never are.</param>
    /// <param name="learnt">Addresses that are known from elsewhere.</param>
    /// <returns>What is known then; null where no rules are in force.</returns>
    internal NameBook? Refresh(Func<KnownName, bool> isDue, IReadOnlyList<LearntAddress> learnt)
    {
        string[] due = Read() is { } book ? [.. book.Names.Where(name => !name.IsPattern && isDue(name)).Select(name => name.Name)] : [];
        ImmutableArray<NameAnswer> answers = due.Length == 0 ? [] : parts.Resolver(settings).Resolve(due, LongestQuestion);
        return Change(answers, learnt);
    }

    private NameBook? Change(ImmutableArray<NameAnswer> answers, IReadOnlyList<LearntAddress> learnt)
    {
        using WriterSession? session = WriterSession.TryOpenExisting(parts.Root, network, LongestLock);
        using NamespaceState? state = session is null ? null : NamespaceState.TryOpen(session.Pins, network);
        using GenerationState? generation = state?.TryOpenGeneration();
        ImmutableArray<string> names = generation?.HostNames ?? [];
        using HostMap? hosts = names.IsEmpty ? null : HostMap.TryOpen(generation!.Directory);
        if (hosts is null)
        {
            return generation is null ? null : NameBook.Empty;
        }

        long now = parts.Clock();
        ImmutableArray<NameAddresses> inForce = hosts.Read(names.Length);
        NameBook book = WithKernels(NameBookFile.Read(session!.Home, network).Only(names), names, inForce, now);
        book = answers.Where(answer => book.Find(answer.Name) is not null)
            .Aggregate(book, (all, answer) => all.With(NameHistory.After(all.Find(answer.Name)!, answer, now, settings)));
        book = learnt.Where(address => book.Find(address.Name) is not null).GroupBy(address => address.Name)
            .Aggregate(book, (all, name) => all.With(NameHistory.Learnt(all.Find(name.Key)!, name.Select(address => address.Address), now, settings)));
        book = Pruned(book, generation!, now);
        book = Enforce(book, hosts, names, inForce);
        NameBookFile.Write(session.Home, network, book);
        return book;
    }

    /// <summary>A book that knows nothing of a name learns from the kernel what was in force.</summary>
    private NameBook WithKernels(NameBook book, ImmutableArray<string> names, ImmutableArray<NameAddresses> inForce, long now)
    {
        foreach ((string name, NameAddresses addresses) in names.Zip(inForce))
        {
            if (book.Find(name) is { IsKnown: false } unknown)
            {
                book = book.With(unknown with
                {
                    Addresses =
                    [
                        .. addresses.V4.Select(address => new KnownAddress(Family.IPv4, address, now + settings.LeastSeconds)),
                        .. addresses.V6.Select(address => new KnownAddress(Family.IPv6, address, now + settings.LeastSeconds)),
                    ],
                });
            }
        }

        return book;
    }

    /// <summary>Takes out what is over; connections are looked at only where that would be something.</summary>
    private static NameBook Pruned(NameBook book, GenerationState generation, long now)
    {
        if (!book.Names.Any(name => name.Addresses.Any(address => NameHistory.IsOver(address, now))))
        {
            return book;
        }

        var used = AddressesInUse.Of(generation);
        return book.Names.Aggregate(book, (all, name) => all.With(NameHistory.Pruned(name, now, used.Contains)));
    }

    /// <summary>Makes the kernel's addresses those of the book; what there is no room for is said, and left out.</summary>
    private static NameBook Enforce(NameBook book, HostMap hosts, ImmutableArray<string> names, ImmutableArray<NameAddresses> inForce)
    {
        for (int number = 0; number < names.Length; number++)
        {
            KnownName name = book.Find(names[number])!;
            HashSet<(Family Family, UInt128 Address)> wanted = [.. name.Addresses.Select(address => (address.Family, address.Address))];
            HashSet<(Family Family, UInt128 Address)> there =
            [
                .. inForce[number].V4.Select(address => (Family.IPv4, address)),
                .. inForce[number].V6.Select(address => (Family.IPv6, address)),
            ];
            try
            {
                foreach ((Family family, UInt128 address) in wanted.Except(there))
                {
                    hosts.Add(number, family, address);
                }
            }
            catch (FirewallException full) when (full.Failure == FirewallFailure.Resource)
            {
                book = book.With(name with { Error = full.Message });
            }

            foreach ((Family family, UInt128 address) in there.Except(wanted))
            {
                hosts.Remove(number, family, address);
            }
        }

        return book;
    }
}
