using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Verbs;

namespace MiniFirewall.Tests.Verbs;

/// <summary>Verbs as typed, in a world with a few services and applications, and no name server.</summary>
internal static class VerbTexts
{
    internal static NetworkNames Names { get; } = NetworkNames.Parse("", "smtp 25/tcp mail\ntftp 69/udp\nssh 22/tcp\ndomain 53/tcp\ndomain 53/udp\nauth 113/tcp ident\nhttp 80/tcp www\n");

    internal static ReadOptions Options { get; } = new() { Names = Names, Resolver = new NoNames() };

    internal static AppProfiles Profiles { get; } = Read("""
        # comment
        [Apache Full]
        title=Web Server (HTTP,HTTPS)
        description=Apache on both ports.
        ports=80,443/tcp
        [Samba]
        title=Samba
        ports=137,138/udp|139,445/tcp
        [Bind9]
        title=Name server
        ports=53
        """);

    internal static RuleSet Apply(RuleSet rules, string typed)
    {
        string[] words = Split(typed);
        return words switch
        {
            ["default", var action, var direction] => new DefaultEditor(rules, Options).Set(Enum.Parse<VerbAction>(action, true), direction switch { "incoming" => Direction.In, "outgoing" => Direction.Out, _ => Direction.Routed }).Rules,
            ["logging", var level] => new DefaultEditor(rules, Options).Log(level == "on").Rules,
            ["delete", var one] => new VerbEditor(rules, Options).Delete(one).Rules,
            ["delete", .. var rest] => new VerbEditor(rules, Options).Delete(Intent(rest)).Rules,
            ["insert", var number, .. var rest] => new VerbEditor(rules, Options).Add(Intent(rest), int.Parse(number)).Rules,
            _ => new VerbEditor(rules, Options).Add(Intent(words)).Rules,
        };
    }

    internal static RuleSet After(params string[] typed) => typed.Aggregate(RuleSet.Empty, Apply);

    internal static Intent Intent(string[] words) => IntentReader.Read(words, Names, Profiles);

    /// <summary>The rules of a chain, a line each.</summary>
    internal static string Lines(RuleSet rules, string chain) => string.Join('\n', rules.Find(chain)!.Rules.Select(rule => rule.ToString()));

    /// <summary>As a shell does, but for single quotes only.</summary>
    internal static string[] Split(string typed) =>
        [.. typed.Split('\'').SelectMany((part, index) => index % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static AppProfiles Read(string text)
    {
        var profiles = new AppProfiles();
        profiles.Add("test", text);
        return profiles;
    }

    private sealed class NoNames : INameResolver
    {
        public NameAddresses? Resolve(string name) => null;
    }
}
