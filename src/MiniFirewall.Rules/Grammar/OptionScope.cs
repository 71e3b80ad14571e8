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

    /// <summary>A second use of a match takes the place of the first: iptables does not bring its options in again (xtables_merge_options).</summary>
    internal void Add(ExtensionUse extension)
    {
        int first = _extensions.FindIndex(other => other.Grammar == extension.Grammar);
        if (first < 0)
        {
            _extensions.Insert(0, extension);
        }
        else
        {
            _extensions[first] = extension;
        }
    }

    internal void Remove(ExtensionUse extension) => _extensions.Remove(extension);

    internal IEnumerable<string> Names => All().SelectMany(option => option.Names);

    /// <summary>The option; null where there is none, or more than one (then <paramref name="candidates"/> has them).</summary>
    /// <param name="onlyExact">A beginning is not enough.</param>
    internal FoundOption? Find(ReadOnlySpan<char> name, bool onlyExact, out IReadOnlyList<string> candidates)
    {
        candidates = [];
        return FindExact(name) ?? (onlyExact ? null : FindByBeginning(name, out candidates));
    }

    private FoundOption? FindExact(ReadOnlySpan<char> name)
    {
        foreach (ExtensionUse extension in _extensions)
        {
            if (extension.Grammar.FindOption(name) is { } spec)
            {
                return new FoundOption(null, extension, spec);
            }
        }

        return GlobalOption.Find(name) is { } option ? new FoundOption(option, null, null) : null;
    }

    private FoundOption? FindByBeginning(ReadOnlySpan<char> name, out IReadOnlyList<string> candidates)
    {
        candidates = [];
        if (!IsBeginning(name))
        {
            return null;
        }

        List<(FoundOption Option, string Name)> fitting = [];
        foreach (ExtensionUse extension in _extensions)
        {
            foreach (OptionSpec spec in extension.Grammar.Options)
            {
                AddFitting(new FoundOption(null, extension, spec), spec.Names, name, fitting);
            }
        }

        foreach (GlobalOption option in GlobalOption.All)
        {
            AddFitting(new FoundOption(option, null, null), option.Names, name, fitting);
        }

        bool isOne = fitting.Count > 0 && fitting.TrueForAll(entry => entry.Option.Same(fitting[0].Option));
        candidates = isOne ? [] : [.. fitting.DistinctBy(entry => entry.Option).Select(entry => entry.Name)];
        return isOne ? fitting[0].Option : null;
    }

    /// <summary>Whether a name in force begins so; most that are asked for come with a match that is not in force yet.</summary>
    private bool IsBeginning(ReadOnlySpan<char> name)
    {
        foreach (ExtensionUse extension in _extensions)
        {
            if (extension.Grammar.HasBeginning(name))
            {
                return true;
            }
        }

        return GlobalOption.HasBeginning(name);
    }

    private static void AddFitting(
        FoundOption option, IReadOnlyList<string> names, ReadOnlySpan<char> beginning, List<(FoundOption Option, string Name)> fitting)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i].AsSpan().StartsWith(beginning, StringComparison.Ordinal))
            {
                fitting.Add((option, names[i]));
            }
        }
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
