using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// Reads one line of the command language, word by word as getopt_long does: options, their arguments, and '!' before
/// them. What an option of the line itself means is RuleLine's.
/// </summary>
internal sealed class LineParser
{
    private readonly DiagnosticBag _diagnostics;
    private readonly WordCursor _words;
    private readonly RuleLine _line;
    private readonly ExtensionReader _extensions;

    /// <summary>An option's argument is the next word, whatever it looks like, as for getopt_long.</summary>
    private readonly bool _takesAnyWord;
    private Word? _negation;
    private bool _skipsWords;

    internal LineParser(ReadSession session, List<Word> words, int start, FamilySet families, Word? reason, Counters? counters)
    {
        _diagnostics = session.Diagnostics;
        _takesAnyWord = session.IsCommandLine;
        _words = new WordCursor(words, start);
        _extensions = new ExtensionReader(_diagnostics);
        _line = new RuleLine(session, _words, _extensions, families, reason, counters);
    }

    /// <summary>The chain that the line changes, also where the line is wrong; null where it names none.</summary>
    internal Word? Chain => _line.Chain;

    /// <summary>The target that the line names, also where the line is wrong; null where it names none.</summary>
    internal Word? Target => _extensions.TargetPlace;

    /// <summary>How the line wants its command done, beside what it is.</summary>
    internal CommandOptions Options => _line.Options;

    /// <summary>The matches and targets that the line has named.</summary>
    internal IEnumerable<ExtensionGrammar> Extensions => _extensions.Grammars(_line.Draft.Protocol);

    /// <summary>The line's command, or null where something is wrong (reported).</summary>
    internal LineCommand? Parse(SourceSpan span)
    {
        int before = _diagnostics.Count;
        while (!_words.AtEnd)
        {
            ReadWord(_words.Take());
        }

        if (_negation is { } negation)
        {
            _diagnostics.Report(
                ErrorCodes.MisplacedNegation, negation, "nothing follows '!'", "write the option that it negates after it",
                Convention.Usage("nothing appropriate following !"));
        }

        LineCommand? command = _line.Finish(span);
        return _diagnostics.Count == before ? command : null;
    }

    private void ReadWord(Word word)
    {
        switch (word.Text)
        {
            case "!":
                ReadNegation(word);
                break;
            case ['!', '-', ..]:
                _diagnostics.Report(
                    ErrorCodes.MisplacedNegation, word.Part(0, 1), "a space is missing after '!'", $"write ! {word.Text[1..]}",
                    Convention.Bare($"Bad argument `{word.Text}'"));
                SkipArguments();
                break;
            case ['-', '-', _, ..]:
                ReadLongOption(word);
                break;
            case ['-', not '-', ..]:
                ReadShortOptions(word);
                break;
            default:
                ReadStrayWord(word);
                break;
        }
    }

    private void ReadNegation(Word word)
    {
        _skipsWords = false;
        if (_negation is not null)
        {
            _diagnostics.Report(
                ErrorCodes.MisplacedNegation, word, "'!' stands twice", "leave one out", Convention.Usage("multiple consecutive ! not allowed"));
        }

        _negation = word;
    }

    private void ReadStrayWord(Word word)
    {
        if (!_skipsWords)
        {
            string help = word.Text is "-" or "--" ? "write the option's name after the dashes" : "put text with blanks in double quotes";
            _diagnostics.Report(ErrorCodes.UnexpectedWord, word, $"{Show.Word(word.Text)} belongs to no option", help);
        }

        _skipsWords = true;
    }

    private void ReadLongOption(Word word)
    {
        int sign = word.Text.IndexOf('=', StringComparison.Ordinal);
        ReadOnlySpan<char> name = word.Text.AsSpan()[2..(sign < 0 ? word.Text.Length : sign)];
        Word option = sign < 0 ? word : word.Part(0, sign);
        Word? attached = sign < 0 ? null : word.From(sign + 1);
        if (_extensions.Find(name, option, _line.Draft.Protocol, out IReadOnlyList<string> candidates) is { } known)
        {
            Use(known, option, attached);
        }
        else
        {
            RefuseOption(option, word, name.ToString(), candidates);
        }
    }

    private void ReadShortOptions(Word word)
    {
        if (word.Text.Length > 2 && UnknownOptions.IsLongName(word.Text[1..].Split('=')[0]))
        {
            _diagnostics.Report(ErrorCodes.UnknownOption, word, $"{Show.Word(word.Text)} has one dash only", $"write -{word.Text}");
            SkipArguments();
            return;
        }

        for (int i = 1; i < word.Text.Length; i++)
        {
            if (GlobalOption.Find(word.Text[i]) is not { } option)
            {
                RefuseLetter(word, i);
                return;
            }

            Word? attached = i + 1 < word.Text.Length ? word.From(i + 1) : null;
            Word place = word.Text.Length == 2 ? word : word.Part(i == 1 ? 0 : i, i == 1 ? 2 : 1);
            if (option.Arity > 0 || option.TakesMore)
            {
                Use(new FoundOption(option, null, null), place, attached);
                return;
            }

            Use(new FoundOption(option, null, null), place, null);
        }
    }

    private void RefuseLetter(Word word, int index)
    {
        _diagnostics.Report(
            ErrorCodes.UnknownOption, index == 1 ? word : word.Part(index, 1),
            $"there is no option {Show.Word("-" + word.Text[index])}", UnknownOptions.LetterHelp(word.Text[index]));
        SkipArguments();
    }

    private void RefuseOption(Word option, Word written, string name, IReadOnlyList<string> candidates)
    {
        SkipArguments();
        if (candidates.Count > 0)
        {
            string[] options = [.. candidates.Select(candidate => "--" + candidate)];
            _diagnostics.Report(
                ErrorCodes.AmbiguousOption, option, $"{Show.Word(option.Text)} is the beginning of several options", $"write {Show.Choice(options)}");
        }
        else if (!_extensions.HasRefused)
        {
            UnknownOptions.Report(option, written, name, _extensions.OptionNames, _diagnostics);
        }
    }

    private void SkipArguments()
    {
        _negation = null;
        _skipsWords = true;
    }

    /// <summary>Reads an option's arguments and its meaning; where something is wrong, stray words after it are passed over.</summary>
    private void Use(FoundOption found, Word option, Word? attached)
    {
        int before = _diagnostics.Count;
        Read(found, option, attached);
        _skipsWords = _diagnostics.Count > before && !(_takesAnyWord && _diagnostics.EndsLate);
    }

    private void Read(FoundOption found, Word option, Word? attached)
    {
        int arity = found.Global?.Arity ?? found.Spec!.Arity;
        if (found.Spec is { MayLackArgument: true })
        {
            attached ??= _words.TakeOptional() ?? option with { Text = "" };
        }

        bool negated = TakeNegation(found, option, out bool isSound);
        bool takesAttached = arity > 0 || found.Global is { TakesMore: true };
        if (attached is { } extra && !takesAttached)
        {
            _diagnostics.Report(
                ErrorCodes.UnexpectedArgument, extra, $"{Show.Word(option.Text)} takes no argument", "leave it out",
                Convention.Usage($"unknown option \"{option.Text}={extra.Text}\""));
            found.Extension?.Fail();
            return;
        }

        if (!TryTakeArguments(option, attached, arity, _takesAnyWord || found.Spec is { TakesText: true }, out Word firstArgument, out Word secondArgument) || !isSound)
        {
            found.Extension?.Fail();
            return;
        }

        if (found.Global is { } global)
        {
            _line.Apply(global, option, arity == 0 ? attached : firstArgument, negated);
        }
        else
        {
            found.Extension!.Apply(found.Spec!, new OptionUse(option, firstArgument, secondArgument, negated, _line.Context));
        }
    }

    private bool TakeNegation(FoundOption found, Word option, out bool isSound)
    {
        isSound = true;
        if (_negation is not { } negation)
        {
            return false;
        }

        _negation = null;
        isSound = found.Global?.Negatable ?? found.Spec!.Negatable;
        if (!isSound && !(found.Extension?.RefusesAgain(found.Spec!, option, _diagnostics) ?? false))
        {
            _diagnostics.Report(
                ErrorCodes.CannotNegate, negation, $"{Show.Word(option.Text)} cannot be negated", "leave '!' out", CannotNegate(found));
        }

        return true;
    }

    private static Convention CannotNegate(FoundOption found) => Convention.Usage(found switch
    {
        { Global.Kind: GlobalKind.Match or GlobalKind.Table } => $"unexpected ! flag before --{found.Global.Names[0]}",
        { Global.Kind: GlobalKind.Goto } => "cannot have ! before -j",
        { Global: { IsCommand: false } option } => $"cannot have ! before {option.Letter}",
        { Extension: { } extension } => UpstreamWords.OfInversion(extension.Grammar.Name, found.Spec!.SaidName),
        _ => "unexpected '!' flag",
    });

    private bool TryTakeArguments(Word option, Word? attached, int count, bool takesText, out Word first, out Word second)
    {
        first = attached ?? default;
        second = default;
        return (count < 1 || attached is not null || TryTakeArgument(option, count, isSecond: false, takesText, out first))
            && (count < 2 || TryTakeArgument(option, count, isSecond: true, takesText, out second));
    }

    private bool TryTakeArgument(Word option, int count, bool isSecond, bool takesText, out Word argument)
    {
        argument = default;
        if (_words.AtEnd || (!takesText && WordCursor.LooksLikeOption(_words.Peek)))
        {
            string what = count == 1 ? "an argument" : "two arguments";
            _diagnostics.Report(ErrorCodes.MissingArgument, option, $"{Show.Word(option.Text)} needs {what}", "write it after the option",
                isSecond ? Convention.Usage(UpstreamWords.OfSecond(option.Text)) : null);
            return false;
        }

        argument = _words.Take();
        if (argument.Text == "!" && !takesText)
        {
            _diagnostics.Report(
                ErrorCodes.MisplacedNegation, argument, $"'!' stands after {Show.Word(option.Text)}", $"write ! {option.Text} before the value");
            SkipArguments();
            return false;
        }

        return true;
    }
}
