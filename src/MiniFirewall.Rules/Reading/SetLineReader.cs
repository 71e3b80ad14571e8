using MiniFirewall.Packets;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// Reads the lines that make sets and fill them: "set NAME …" of our own, and "create" and "add" as ipset save prints them. It reads the
/// text itself, without words made of it, since a text may have a million of them.
/// </summary>
internal sealed class SetLineReader(ReadSession session)
{
    private readonly DiagnosticBag _diagnostics = session.Diagnostics;
    private readonly SetEntryReader _entries = new(session);

    /// <summary>Reads a line, or the many lines of a set in braces, that begin at <paramref name="start"/>; false where the line is none of sets.</summary>
    /// <param name="after">Where the next line begins.</param>
    internal bool TryRead(string text, int start, out int after)
    {
        var scanner = new SetScanner(text, start);
        ReadOnlySpan<char> first = scanner.Peek();
        after = start;
        if (first is not ("add" or "create" or "set" or "ipset") && (first is not "sudo" || !text.AsSpan(start).TrimStart(" \t").StartsWith("sudo ipset ")))
        {
            return false;
        }

        if (scanner.TakeIf("sudo") | scanner.TakeIf("ipset"))
        {
            scanner.TakeIf("-exist");
            scanner.TakeIf("-!");
        }

        Word command = scanner.Take();
        switch (command.Text)
        {
            case "add":
                ReadAdd(ref scanner);
                break;
            case "create":
                ReadCreate(ref scanner);
                break;
            case "set":
                ReadSet(ref scanner);
                break;
            default:
                _diagnostics.Report(
                    ErrorCodes.BadSetLine, command, $"{Show.Word(command.Text)} does not describe a set", "a text has create NAME TYPE and add NAME ENTRY");
                break;
        }

        after = scanner.NextLine();
        return true;
    }

    /// <summary>add NAME ENTRY [OPTIONS].</summary>
    private void ReadAdd(ref SetScanner scanner)
    {
        Word name = scanner.TakeCached(_entries.LastName);
        if (name.Text.Length == 0)
        {
            Report(ErrorCodes.BadSetLine, scanner.Place, "'add' names no set", "write add NAME ENTRY");
        }
        else if (!session.Sets.ByName.TryGetValue(name.Text, out NamedSet? set))
        {
            Report(ErrorCodes.NoSuchSet, name, $"set {Show.Word(name.Text)} does not exist", Nearest.HintOr(name.Text, session.Sets.ByName.Keys, "create it on a line above"));
        }
        else
        {
            _entries.ReadLine(ref scanner, set);
        }
    }

    /// <summary>create NAME TYPE with ipset's options.</summary>
    private void ReadCreate(ref SetScanner scanner)
    {
        Word name = scanner.Take(), type = scanner.Take();
        FamilySet? families = null;
        var details = new SetDetails();
        bool isSound = true;
        while (isSound && !scanner.AtLineEnd)
        {
            isSound = TryReadCreateOption(ref scanner, ref families, ref details);
        }

        if (isSound && FindType(type) is { } known)
        {
            // ipset's sets are of IPv4 where nothing else is said; one of ports has no family.
            Make(name, known, known.Shape.Addresses == 0 ? FamilySet.Both : families ?? FamilySet.IPv4, details);
        }
    }

    private bool TryReadCreateOption(ref SetScanner scanner, ref FamilySet? families, ref SetDetails details)
    {
        Word option = scanner.Take();
        switch (option.Text)
        {
            case "family":
                return TryReadFamily(scanner.Take(), ref families);
            case "hashsize" or "bucketsize" or "initval":
                // How large the tables are is found by ourselves.
                return scanner.Take().Text.Length > 0
                    || Report(ErrorCodes.MissingArgument, option, $"{Show.Word(option.Text)} needs an argument", "write it after the option");
            case "-exist":
                return true;
            default:
                return SetDetailsReader.IsOne(option.Text)
                    ? SetDetailsReader.TryRead(option, ref scanner, _diagnostics, ref details)
                    : Report(ErrorCodes.UnsupportedSetOption, option, $"option {Show.Word(option.Text)} of a set is not supported", WhyNoOption(option.Text));
        }
    }

    private static string WhyNoOption(string option) => option switch
    {
        "skbinfo" => "no rule of the filter table changes a packet by it; leave it out",
        "forceadd" => "a full set takes no element more until one has gone; leave it out",
        "netmask" or "bitmask" => "use a type with networks, such as hash:net",
        _ => "the options of create are family, timeout, counters, comment, maxelem, range, hashsize, bucketsize and initval",
    };

    /// <summary>set NAME [type TYPE] [family inet|inet6] [DETAILS] { ELEMENTS } or file "PATH".</summary>
    private void ReadSet(ref SetScanner scanner)
    {
        Word name = scanner.Take();
        SetType? type = SetType.Networks;
        FamilySet? families = null;
        var details = new SetDetails();
        while (!scanner.AtLineEnd)
        {
            Word word = scanner.Take();
            switch (word.Text)
            {
                case "type":
                    type = FindType(scanner.Take());
                    break;
                case "family" when TryReadFamily(scanner.Take(), ref families):
                    break;
                case "family":
                    return;
                case var option when SetDetailsReader.IsOne(option):
                    if (!SetDetailsReader.TryRead(word, ref scanner, _diagnostics, ref details))
                    {
                        return;
                    }

                    break;
                case ['{', ..]:
                    scanner.GoInto(word);
                    _entries.ReadBraces(ref scanner, word, Make(name, type, FamiliesOf(type, families), details) ?? Discarded(type, details));
                    return;
                case "file":
                    ReadFile(ref scanner, Make(name, type, FamiliesOf(type, families), details));
                    return;
                default:
                    Report(ErrorCodes.BadSetLine, word, $"{Show.Word(word.Text)} makes no sense in the line of a set", "write set NAME [type TYPE] [family inet|inet6] [timeout SECONDS] [counters] [comment] { ELEMENTS }, or file \"PATH\"");
                    return;
            }
        }

        Report(ErrorCodes.BadSetLine, name.Text.Length == 0 ? scanner.Place : name, "the set has no elements", "write them in braces, { } for none, or file \"PATH\"");
    }

    private void ReadFile(ref SetScanner scanner, NamedSet? set)
    {
        Word path = scanner.TakeQuoted();
        if (path.Text.Length == 0)
        {
            Report(ErrorCodes.BadSetFile, scanner.Place, "'file' names no file", "write file \"PATH\"");
        }
        else if (!scanner.AtLineEnd)
        {
            Report(ErrorCodes.BadSetLine, scanner.Take(), "more follows the set's file", "leave it out");
        }
        else if (set is not null)
        {
            _entries.ReadFile(path, set);
        }
    }

    private static FamilySet FamiliesOf(SetType? type, FamilySet? families) => type?.Shape.Addresses == 0 ? FamilySet.Both : families ?? FamilySet.Both;

    /// <summary>What takes the elements of a set that is wrong, so that theirs are looked at too.</summary>
    private static NamedSet Discarded(SetType? type, SetDetails details) => new("", 0, type ?? SetType.Networks, FamilySet.Both, new SetElements(), details);

    private NamedSet? Make(Word name, SetType? type, FamilySet families, SetDetails details)
    {
        string problem = NamedSet.WhyNoName(name.Text);
        if (problem.Length > 0)
        {
            Report(ErrorCodes.BadSetName, name, $"{Show.Word(name.Text)} is not a name for a set: {problem}", "such as blocked");
        }
        else if (session.Sets.ByName.ContainsKey(name.Text))
        {
            Report(ErrorCodes.SetExists, name, $"set {Show.Word(name.Text)} exists already", "give this one another name, or write its elements into one");
        }
        else if (session.Sets.All.Count == SetTable.Most)
        {
            Report(ErrorCodes.TooManySets, name, $"there are {SetTable.Most} sets already", "put what belongs together into one set");
        }
        else if (type is not null)
        {
            return session.Sets.Add(name.Text, type, families, details);
        }

        return null;
    }

    private SetType? FindType(Word word)
    {
        if (SetType.Find(word.Text) is { } type)
        {
            return type;
        }

        string names = Show.Choice([.. SetType.All.Select(known => known.Name)]);
        Report(
            ErrorCodes.UnknownSetType, word,
            SetType.IsForeign(word.Text) ? $"set type {Show.Word(word.Text)} of ipset is not supported" : $"{Show.Word(word.Text)} is not a type of sets",
            SetType.IsForeign(word.Text) ? $"the types are {names}" : Nearest.HintOr(word.Text, SetType.All.Select(known => known.Name), $"the types are {names}"));
        return null;
    }

    private bool TryReadFamily(Word word, ref FamilySet? families)
    {
        families = word.Text switch { "inet" or "ipv4" => FamilySet.IPv4, "inet6" or "ipv6" => FamilySet.IPv6, _ => null };
        return families is not null || Report(ErrorCodes.BadSetLine, word, $"{Show.Word(word.Text)} is not a family", "write inet or inet6");
    }

    /// <summary>Always false.</summary>
    private bool Report(int code, Word place, string message, string help)
    {
        _diagnostics.Report(code, place, message, help);
        return false;
    }
}
