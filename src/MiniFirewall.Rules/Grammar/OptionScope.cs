namespace MiniFirewall.Rules.Grammar;

/// <summary>An option that a word names: one of the command line's own, or one of an extension in use.</summary>
internal readonly record struct FoundOption(GlobalOption? Global, ExtensionUse? Extension, OptionSpec? Spec)
{
    internal IReadOnlyList<string> Names => Global?.Names ?? Spec!.Names;

    /// <summary>Two spellings of one option are no ambiguity.</summary>
    internal bool Same(FoundOption other) => Global == other.Global && Extension == other.Extension && Spec == other.Spec;
}

/// <summary>
/// Finds the option that a long name means among those in force: an exact name wins, the latest extension first; else a
/// beginning that fits one option only (getopt_long).
/// </summary>
internal sealed class OptionScope
{
    private readonly List<ExtensionUse> _extensions = [];

    internal void Add(ExtensionUse extension) => _extensions.Insert(0, extension);

    internal void Remove(ExtensionUse extension) => _extensions.Remove(extension);

    internal IEnumerable<string> Names => All().SelectMany(option => option.Names);

    /// <summary>The option; null where there is none, or more than one (then <paramref name="candidates"/> has them).</summary>
    /// <param name="onlyExact">A beginning is not enough.</param>
    internal FoundOption? Find(string name, bool onlyExact, out IReadOnlyList<string> candidates)
    {
        candidates = [];
        FoundOption? found = null;
        foreach (FoundOption option in All())
        {
            foreach (string known in option.Names)
            {
                if (known == name)
                {
                    candidates = [];
                    return option;
                }

                if (onlyExact || !known.StartsWith(name, StringComparison.Ordinal))
                {
                    continue;
                }

                if (found is { } other && !other.Same(option))
                {
                    candidates = [.. candidates.Count == 0 ? other.Names.Where(n => n.StartsWith(name, StringComparison.Ordinal)).Take(1) : candidates, known];
                }

                found ??= option;
            }
        }

        return candidates.Count == 0 ? found : null;
    }

    private IEnumerable<FoundOption> All()
    {
        foreach (ExtensionUse extension in _extensions)
        {
            foreach (OptionSpec spec in extension.Grammar.Options)
            {
                yield return new FoundOption(null, extension, spec);
            }
        }

        foreach (GlobalOption option in GlobalOption.All)
        {
            yield return new FoundOption(option, null, null);
        }
    }
}
