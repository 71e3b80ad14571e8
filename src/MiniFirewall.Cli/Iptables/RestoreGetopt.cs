namespace MiniFirewall.Cli.Iptables;

/// <summary>An option of iptables-save or iptables-restore.</summary>
/// <param name="Arity">How many words it takes: none, or one that may be glued to it.</param>
internal sealed record RestoreOptionSpec(char Letter, string Name, int Arity = 0);

/// <summary>Reads a command line as getopt_long does: options and other words in any order, "--" ends the options.</summary>
internal sealed class RestoreGetopt(string program, RestoreOptionSpec[] specs, string[] arguments)
{
    private readonly List<string> _others = [];
    private int _at;
    private string _letters = "";

    /// <summary>The words that are no options.</summary>
    internal IReadOnlyList<string> Others => _others;

    /// <summary>What is wrong, as getopt says it.</summary>
    internal string? Error { get; private set; }

    /// <summary>The argument of the option that <see cref="Next"/> has returned.</summary>
    internal string Argument { get; private set; } = "";

    /// <summary>The next option; null at the end, or where something is wrong.</summary>
    internal RestoreOptionSpec? Next()
    {
        while (_letters.Length == 0 && _at < arguments.Length)
        {
            string word = arguments[_at++];
            if (word == "--")
            {
                _others.AddRange(arguments[_at..]);
                _at = arguments.Length;
            }
            else if (word.StartsWith("--", StringComparison.Ordinal))
            {
                return ReadLong(word[2..]);
            }
            else if (word.Length > 1 && word[0] == '-')
            {
                _letters = word[1..];
            }
            else
            {
                _others.Add(word);
            }
        }

        return _letters.Length == 0 ? null : ReadLetter();
    }

    /// <summary>The next word where it is no option: an argument that may be left out (xshared.c, xs_has_arg).</summary>
    internal string? TakeOptional() =>
        _letters.Length == 0 && _at < arguments.Length && arguments[_at] is not (['-', ..] or ['!', ..]) ? arguments[_at++] : null;

    private RestoreOptionSpec? ReadLetter()
    {
        char letter = _letters[0];
        _letters = _letters[1..];
        if (Array.Find(specs, spec => spec.Letter == letter) is not { } found)
        {
            return Refuse($"invalid option -- '{letter}'");
        }

        if (found.Arity > 0)
        {
            string glued = _letters;
            _letters = "";
            return glued.Length > 0 ? With(found, glued) : _at < arguments.Length ? With(found, arguments[_at++]) : Refuse($"option requires an argument -- '{letter}'");
        }

        return With(found, "");
    }

    private RestoreOptionSpec? ReadLong(string word)
    {
        int sign = word.IndexOf('=', StringComparison.Ordinal);
        string name = sign < 0 ? word : word[..sign];
        RestoreOptionSpec[] candidates = [.. specs.Where(spec => spec.Name == name)];
        candidates = candidates.Length == 1 ? candidates : [.. specs.Where(spec => spec.Name.StartsWith(name, StringComparison.Ordinal))];
        return candidates switch
        {
            [] => Refuse($"unrecognized option '--{name}'"),
            [{ Arity: 0, Name: not "wait" and not "wait-interval" } found] when sign >= 0 => Refuse($"option '--{found.Name}' doesn't allow an argument"),
            [{ Arity: 0 } found] => With(found, sign < 0 ? "" : word[(sign + 1)..]),
            [var found] when sign >= 0 => With(found, word[(sign + 1)..]),
            [var found] when _at < arguments.Length => With(found, arguments[_at++]),
            [var found] => Refuse($"option '--{found.Name}' requires an argument"),
            _ => Refuse($"option '--{name}' is ambiguous; possibilities: {string.Join(' ', candidates.Select(spec => $"'--{spec.Name}'"))}"),
        };
    }

    private RestoreOptionSpec With(RestoreOptionSpec spec, string argument)
    {
        Argument = argument;
        return spec;
    }

    private RestoreOptionSpec? Refuse(string what)
    {
        Error = $"{program}: {what}";
        return null;
    }
}
