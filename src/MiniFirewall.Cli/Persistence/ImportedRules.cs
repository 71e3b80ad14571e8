using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Persistence;

/// <summary>The rules of files that iptables-save has written, one for each family, as one rule set.</summary>
internal sealed class ImportedRules
{
    /// <summary>Where Debian's netfilter-persistent and Red Hat's iptables-services keep them.</summary>
    private static readonly (string V4, string V6)[] s_places = [("/etc/iptables/rules.v4", "/etc/iptables/rules.v6"), ("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables")];

    private readonly List<string> _left = [];

    internal RuleSet Rules { get; private set; } = RuleSet.Empty;

    /// <summary>Tables that are not for minifw, such as "nat of /etc/iptables/rules.v4".</summary>
    internal IReadOnlyList<string> Left => _left;

    /// <summary>The files that are there.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    internal static IReadOnlyList<string> Find()
    {
        IReadOnlyList<string>? found = s_places.Select(place => new[] { place.V4, place.V6 }.Where(File.Exists).ToArray()).FirstOrDefault(files => files.Length > 0);
        return found ?? throw new UsageException($"there is none of {string.Join(", ", s_places.SelectMany(place => new[] { place.V4, place.V6 }))}; name the file to import");
    }

    /// <summary>A file's family, by its name: rules.v6 and ip6tables are of IPv6.</summary>
    internal static Family FamilyOf(string file) =>
        Path.GetFileName(file) is var name && (name.EndsWith(".v6", StringComparison.Ordinal) || name.Contains("ip6", StringComparison.Ordinal)) ? Family.IPv6 : Family.IPv4;

    /// <summary>Adds a file's rules, which are its family's.</summary>
    /// <exception cref="UsageException">There is no such file, or it has a mistake.</exception>
    internal void Add(string file, Family family)
    {
        byte[] text = Read(file);
        var outline = RestoreOutline.Of(text, only: null);
        _left.AddRange(outline.Others.Select(table => $"{table} of {file}"));
        if (!outline.HasFilter)
        {
            return;
        }

        RestoreResult result = RestoreReader.Read(text, Rules, ReadOptions.Default with { TakesAnyEstimator = true }, new RestoreOptions(family));
        Rules = result.Rules ?? throw new UsageException($"{file}:{result.Error!.Line}: {Words(result.Error)}");
    }

    private static string Words(RestoreError error) => error switch
    {
        { Diagnostic: { Help.Length: > 0 } wrong } => $"{wrong.Message}; {wrong.Help}",
        { Diagnostic: { } wrong } => wrong.Message,
        { Kind: RestoreErrorKind.CommitExpected } => "the table ends without COMMIT",
        _ => error.Text ?? "it cannot be read",
    };

    private static byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: {e.Message}");
        }
    }
}
