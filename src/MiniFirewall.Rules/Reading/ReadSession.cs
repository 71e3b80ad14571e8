using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>What all steps of reading one text share.</summary>
internal sealed class ReadSession
{
    private readonly Dictionary<string, NameAddresses?> _resolved = [];

    internal ReadSession(SourceText source, ReadOptions options)
    {
        Source = source;
        Options = options;
        Diagnostics = new DiagnosticBag(source, options.MaxErrors);
        Sets = new SetTable(options.Sets);
    }

    /// <summary>The options of the line that is being read, each once.</summary>
    internal List<(GlobalKind Kind, Word Place)> Given { get; } = [];

    /// <summary>What is read is one command, for rules that are in force already.</summary>
    internal bool IsCommandLine { get; init; }

    /// <summary>What is read is a restore text, one command line at a time.</summary>
    internal bool IsRestore { get; init; }

    /// <summary>Host names are live: a command line's are not, as iptables' are the addresses that they have at the moment.</summary>
    internal bool HasLiveNames => Options.LiveNames && !IsCommandLine;

    internal SourceText Source { get; }

    internal ReadOptions Options { get; }

    internal DiagnosticBag Diagnostics { get; }

    internal SetTable Sets { get; }

    /// <summary>What the text sets of connections, by the settings' numbers.</summary>
    internal SortedDictionary<int, ConnectionSettingValue> ConnectionSettings { get; } = [];

    /// <summary>A name's addresses, each once and in order, so that one answer gives one rule set; null where there are none.</summary>
    internal NameAddresses? Resolve(string name)
    {
        if (!_resolved.TryGetValue(name, out NameAddresses? addresses))
        {
            NameAddresses? answer = Options.Resolver.Resolve(name);
            bool isEmpty = answer is null || (answer.V4.IsDefaultOrEmpty && answer.V6.IsDefaultOrEmpty);
            addresses = isEmpty ? null : new NameAddresses(InOrder(answer!.V4), InOrder(answer.V6));
            _resolved.Add(name, addresses);
        }

        return addresses;
    }

    private static ImmutableArray<UInt128> InOrder(ImmutableArray<UInt128> addresses) =>
        addresses.IsDefaultOrEmpty ? [] : [.. addresses.Distinct().Order()];
}
