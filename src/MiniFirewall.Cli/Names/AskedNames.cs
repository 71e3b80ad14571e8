using System.Collections.Immutable;
using MiniFirewall.Dns;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Cli.Names;

/// <summary>Asks for the host names of a text that is not in force. Needs no privileges.</summary>
internal static class AskedNames
{
    /// <summary>The rules with the addresses that their live names have now. Waits as long as the settings say at most.</summary>
    internal static RuleSet Fill(RuleSet rules)
    {
        string[] names = [.. LiveNames.Of(rules).Hosts.Select(host => host.Name).Where(name => !name.StartsWith('*'))];
        if (names.Length == 0)
        {
            return rules;
        }

        NameSettings settings = Settings();
        Dictionary<string, NameAnswer> answers = HostResolver.OfSystem(settings).Resolve(names, TimeSpan.FromSeconds(settings.WaitSeconds)).ToDictionary(answer => answer.Name);
        foreach (NameAnswer unknown in answers.Values.Where(answer => answer.Outcome != NameOutcome.Found))
        {
            UnknownNames.Tell(unknown.Name, unknown.Error);
        }

        return LiveNames.WithAddresses(rules, name => answers.TryGetValue(name, out NameAnswer? answer)
            ? new(Of(answer, Family.IPv4), Of(answer, Family.IPv6))
            : null);
    }

    /// <exception cref="UsageException">The file makes no sense.</exception>
    private static NameSettings Settings()
    {
        try
        {
            return NameSettings.Read(NameSettings.UsualPath);
        }
        catch (FormatException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private static ImmutableArray<UInt128> Of(NameAnswer answer, Family family) =>
        [.. answer.Addresses.Where(address => address.Family == family).Select(address => address.Address)];
}
