using System.Collections.Frozen;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Diagnostics;

/// <summary>What iptables 1.8.9 says of single options, where that is none of its common texts (extensions/lib*_*.c).</summary>
internal static class UpstreamWords
{
    private static readonly FrozenDictionary<(string Extension, string Option), Func<string, string>> s_ofValues = new Dictionary<(string, string), Func<string, string>>
    {
        [("addrtype", "src-type")] = AddressType,
        [("addrtype", "dst-type")] = AddressType,
        [("ah", "ahspi")] = word => Ends("ah", "ahspi", word, uint.MaxValue),
        [("cluster", "cluster-local-node")] = _ => Range("cluster", "cluster-local-node", "1-32"),
        [("cluster", "cluster-local-nodemask")] = _ => Range("cluster", "cluster-local-nodemask", "1-32"),
        [("cluster", "cluster-total-nodes")] = _ => Range("cluster", "cluster-total-nodes", "1-32"),
        [("connbytes", "connbytes")] = Bytes,
        [("connbytes", "connbytes-dir")] = word => $"Unknown --connbytes-dir `{word}'",
        [("connbytes", "connbytes-mode")] = word => $"Unknown --connbytes-mode `{word}'",
        [("connlabel", "label")] = word => $"label '{word}' not found or invalid value",
        [("conntrack", "ctdir")] = word => Value("conntrack", "ctdir", word),
        [("conntrack", "ctorigsrcport")] = Port,
        [("conntrack", "ctorigdstport")] = Port,
        [("conntrack", "ctreplsrcport")] = Port,
        [("conntrack", "ctrepldstport")] = Port,
        [("conntrack", "ctexpire")] = word => Ends("conntrack", "ctexpire", word, uint.MaxValue),
        [("conntrack", "ctstate")] = word => $"Bad ctstate \"{word}\"",
        [("conntrack", "ctstatus")] = word => $"Bad ctstatus \"{word}\"",
        [("dccp", "sport")] = Port,
        [("dccp", "dport")] = Port,
        [("dccp", "dccp-types")] = word => $"Unknown DCCP type `{word}'",
        [("dccp", "dccp-option")] = _ => Range("dccp", "dccp-option", "1-255"),
        [("devgroup", "src-group")] = word => Name("devgroup", "src-group", word),
        [("devgroup", "dst-group")] = word => Name("devgroup", "dst-group", word),
        [("dscp", "dscp-class")] = word => $"Invalid DSCP value `{word}'",
        [("esp", "espspi")] = word => Ends("esp", "espspi", word, uint.MaxValue),
        [("frag", "fragid")] = word => Ends("frag", "fragid", word, uint.MaxValue),
        [("hashlimit", "hashlimit-upto")] = word => Value("hashlimit", "hashlimit-upto", word),
        [("hashlimit", "hashlimit-above")] = word => Value("hashlimit", "hashlimit-above", word),
        [("hashlimit", "hashlimit-mode")] = word => Value("hashlimit", "hashlimit-mode", word),
        [("hashlimit", "hashlimit-burst")] = _ => "bad value for option \"--hashlimit-burst\", or out of range (1-1000000).",
        [("hashlimit", "hashlimit-rate-interval")] = word => Value("hashlimit", "hashlimit-rate-interval", word),
        [("limit", "limit")] = word => $"bad rate \"{word}\"'",
        [("ipcomp", "ipcompspi")] = word => Ends("ipcomp", "ipcompspi", word, uint.MaxValue),
        [("ipv6header", "header")] = word => $"unknown header `{word}' specified",
        [("mac", "mac-source")] = _ => "Invalid MAC address specified.",
        [("owner", "uid-owner")] = word => Value("owner", "uid-owner", word),
        [("owner", "gid-owner")] = word => Value("owner", "gid-owner", word),
        [("pkttype", "pkt-type")] = word => $"Bad packet type '{word}'",
        [("mh", "mh-type")] = word => word.Contains(':', StringComparison.Ordinal) ? "Invalid MH type range (min > max)" : $"Invalid MH type `{word}'",
        [("policy", "dir")] = word => $"policy_match: invalid dir \"{word}\"",
        [("policy", "pol")] = word => $"policy match: invalid policy \"{word}\"",
        [("policy", "mode")] = word => $"policy match: invalid mode \"{word}\"",
        [("quota", "quota")] = _ => Range("quota", "quota", "0-18446744073709551615"),
        [("rateest", "rateest-bps1")] = PerSecond("rate"),
        [("rateest", "rateest-bps2")] = PerSecond("rate"),
        [("rateest", "rateest-pps1")] = PerSecond("pps"),
        [("rateest", "rateest-pps2")] = PerSecond("pps"),
        [("realm", "realm")] = word => Name("realm", "realm", word),
        [("recent", "seconds")] = _ => Range("recent", "seconds", "1-4294967295"),
        [("rt", "rt-0-addrs")] = word => $"bad address: {word}",
        [("rt", "rt-segsleft")] = word => Ends("rt", "rt-segsleft", word, uint.MaxValue),
        [("set", "packets-eq")] = Counter,
        [("set", "packets-lt")] = Counter,
        [("set", "packets-gt")] = Counter,
        [("set", "bytes-eq")] = Counter,
        [("set", "bytes-lt")] = Counter,
        [("set", "bytes-gt")] = Counter,
        [("state", "state")] = State,
        [("statistic", "mode")] = word => $"Bad mode \"{word}\"",
        [("statistic", "every")] = _ => Range("statistic", "every", "1-4294967295"),
        [("statistic", "probability")] = _ => Range("statistic", "probability", "0-1"),
        [("tcp", "tcp-option")] = word => $"Bad TCP option \"{word}\"",
        [("tcpmss", "mss")] = word => Ends("tcpmss", "mss", word, ushort.MaxValue, "tcpmss: invalid range given"),
        [("time", "timestart")] = Time,
        [("time", "timestop")] = Time,
        [("time", "datestart")] = Date,
        [("time", "datestop")] = Date,
        [("time", "weekdays")] = word => word == "0" ? "No, the week does NOT begin with Sunday." : $"{word} is not a valid day specifier",
        [("time", "monthdays")] = word => $"{ThroughFirst(word)} is not a valid day for --monthdays",
        [("tos", "tos")] = word => NumberText.Measure(word, byte.MaxValue, out _) > 0 ? $"Illegal value: \"{word}\"" : $"Symbolic name \"{word}\" is unknown",
        [("AUDIT", "type")] = word => $"Bad action type value \"{word}\"",
        [("CLASSIFY", "set-class")] = word => $"Bad class value \"{word}\"",
        [("HMARK", "hmark-tuple")] = word => $"Bad type \"{word}\"",
        [("HMARK", "hmark-mod")] = _ => Range("HMARK", "hmark-mod", "1-4294967295"),
        [("IDLETIMER", "timeout")] = _ => Range("IDLETIMER", "timeout", "0-4294967295"),
        [("RATEEST", "rateest-interval")] = word => $"RATEEST: bad interval value \"{word}\"",
        [("RATEEST", "rateest-ewmalog")] = word => $"RATEEST: bad ewmalog value \"{word}\"",
        [("SET", "timeout")] = _ => "Invalid value for option --timeout or out of range 0-4294967294",
        [("LED", "led-delay")] = _ => "Delay value must be within range 0..4294967295",
        [("SYNPROXY", "mss")] = _ => Range("SYNPROXY", "mss", "0-4294967295"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> s_ofMissing = new Dictionary<string, string>
    {
        ["addrtype"] = "addrtype: you must specify --src-type or --dst-type",
        ["bpf"] = "bpf: one of --bytecode or --pinned is required",
        ["connlimit"] = "You must specify \"--connlimit-above\" or \"--connlimit-upto\".",
        ["conntrack"] = "conntrack: At least one option is required",
        ["devgroup"] = "devgroup match: You must specify either '--src-group' or '--dst-group'",
        ["dscp"] = "DSCP match: Parameter --dscp is required",
        ["ecn"] = "ECN match: some option required",
        ["hashlimit"] = "You have to specify --hashlimit",
        ["ipvs"] = "IPVS: At least one option is required",
        ["owner"] = "owner: At least one of --uid-owner, --gid-owner or --socket-exists is required",
        ["physdev"] = "PHYSDEV: no physdev option specified",
        ["policy"] = "policy match: neither --dir in nor --dir out specified",
        ["recent"] = "recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'",
        ["string"] = "STRING match: You must specify `--string' or `--hex-string'",
        ["CONNMARK"] = "CONNMARK target: No operation specified",
        ["HMARK"] = "--hmark-mod is mandatory",
        ["MARK"] = "MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required",
        ["SET"] = "You must specify either `--add-set' or `--del-set' or `--map-set'",
        ["TCPMSS"] = "TCPMSS target: At least one parameter is required",
    }.ToFrozenDictionary();

    /// <summary>What it says of an option that is given twice, or beside another of its kind.</summary>
    private static readonly FrozenDictionary<(string Extension, string Option), string> s_ofRepeated = new Dictionary<(string, string), string>
    {
        [("rateest", "rateest-lt")] = "rateest: can't specify lt/gt/eq twice",
        [("rateest", "rateest-gt")] = "rateest: can't specify lt/gt/eq twice",
        [("rateest", "rateest-eq")] = "rateest: can't specify lt/gt/eq twice",
        [("sctp", "sport")] = "Only one `--source-port' allowed",
        [("sctp", "dport")] = "Only one `--destination-port' allowed",
        [("sctp", "chunk-types")] = "Only one `--chunk-types' allowed",
        [("set", "packets-eq")] = "only one of the --packets-[eq|lt|gt] is allowed",
        [("set", "packets-lt")] = "only one of the --packets-[eq|lt|gt] is allowed",
        [("set", "packets-gt")] = "only one of the --packets-[eq|lt|gt] is allowed",
        [("set", "bytes-eq")] = "only one of the --bytes-[eq|lt|gt] is allowed",
        [("set", "bytes-lt")] = "only one of the --bytes-[eq|lt|gt] is allowed",
        [("set", "bytes-gt")] = "only one of the --bytes-[eq|lt|gt] is allowed",
        [("tcp", "sport")] = "Only one `--source-port' allowed",
        [("tcp", "dport")] = "Only one `--destination-port' allowed",
        [("tcp", "tcp-option")] = "Only one `--tcp-option' allowed",
        [("tcp", "tcp-flags")] = "Only one of `--syn' or `--tcp-flags'  allowed",
        [("tcp", "syn")] = "Only one of `--syn' or `--tcp-flags'  allowed",
    }.ToFrozenDictionary();

    /// <summary>Options of which it says the list from the wrong item on.</summary>
    private static readonly FrozenSet<(string Extension, string Option)> s_ofRest = FrozenSet.Create(
        ("addrtype", "src-type"), ("addrtype", "dst-type"), ("conntrack", "ctstate"), ("conntrack", "ctstatus"), ("state", "state"));

    /// <summary>Options of which it says the whole value.</summary>
    private static readonly FrozenSet<(string Extension, string Option)> s_ofWhole = FrozenSet.Create(
        ("owner", "uid-owner"), ("owner", "gid-owner"), ("tos", "tos"), ("time", "timestart"), ("time", "timestop"), ("ah", "ahspi"), ("esp", "espspi"),
        ("ipcomp", "ipcompspi"), ("frag", "fragid"), ("rt", "rt-segsleft"), ("tcpmss", "mss"), ("connbytes", "connbytes"), ("conntrack", "ctexpire"));

    /// <summary>The words of a value that it says: the wrong item, all from there on, or all of it.</summary>
    /// <param name="within">The extension, and its option with dashes.</param>
    internal static string Said((string Extension, string Option) within, Word item, Word value)
    {
        (string, string) option = (within.Extension, within.Option.TrimStart('-'));
        int at = item.Start - value.Start;
        return s_ofWhole.Contains(option) ? value.Text
            : s_ofRest.Contains(option) && at >= 0 && at <= value.Text.Length ? value.Text[at..]
            : item.Text;
    }

    /// <summary>Extensions that look at no option as a whole: whatever they lack, or have twice, the kernel refuses.</summary>
    internal static bool IsLeftToKernel(string extension) => extension is "rateest" or "cgroup";

    /// <summary>As <see cref="s_ofRepeated"/>; null where it is a common text.</summary>
    internal static string? OfRepeated(string extension, string option) => s_ofRepeated.GetValueOrDefault((extension, option))
        ?? (extension == "rateest" ? $"rateest: can't specify --{option} twice" : null);

    /// <summary>What it says of an option that '!' stands before in vain.</summary>
    /// <param name="option">With dashes.</param>
    internal static string OfInversion(string extension, string option) => (extension, option) switch
    {
        ("rateest", _) => $"rateest: {option.TrimStart('-').TrimEnd('1', '2')} can't be inverted",
        ("set", "--return-nomatch") => "--return-nomatch flag cannot be inverted",
        ("set", _) => $"{option} option cannot be inverted",
        _ => $"{extension}: option \"{option}\" cannot be inverted.\n",
    };

    /// <summary>What it says where one option of an extension is missing, where that is no common text.</summary>
    /// <param name="option">With dashes.</param>
    internal static string? OfMissingOption(string extension, string option) => (extension, option) switch
    {
        ("statistic --mode random", "--probability") => "--probability must be specified when using random mode",
        ("statistic --mode nth", "--every") => "--every and --packet must be specified when using nth mode",
        ("statistic --packet", "--every") => "statistic: option \"--packet\" also requires \"--every\".\n",
        ("statistic --every", "--packet") => "statistic: option \"--every\" also requires \"--packet\".\n",
        ("cluster", "--cluster-local-node") => "cluster match: `--cluster-local-node' or`--cluster-local-nodemask' is missing",
        ("HMARK", "--hmark-rnd") => "--hmark-rnd is mandatory",
        ("HMARK", "--hmark-mod") => "--hmark-mod is mandatory",
        _ => null,
    };

    /// <summary>What it says of a value that an option does not take, given the value; null where that is a common text.</summary>
    /// <param name="option">Without dashes, as it is printed.</param>
    internal static Func<string, string>? OfValue(string extension, string option) => s_ofValues.GetValueOrDefault((extension, option));

    /// <summary>What it says where an extension has none of the options of which it needs one; null where that is a common text.</summary>
    internal static string? OfMissing(string extension) => s_ofMissing.GetValueOrDefault(extension);

    /// <summary>What it says where the second of an option's two arguments is missing.</summary>
    internal static string OfSecond(string option) => $"{option} requires two args{(option == "--chunk-types" ? "" : ".")}";

    private static string Range(string extension, string option, string range) => $"{extension}: bad value for option \"--{option}\", or out of range ({range}).\n";

    /// <summary>libxtables' texts of LOW:HIGH (xtoptions.c, xtopt_parse_mint): the first end that is none, or what follows a number.</summary>
    /// <param name="option">Without dashes.</param>
    /// <param name="ofOrder">What is said where nothing is wrong but the order.</param>
    internal static string Ends(string extension, string option, string range, ulong most, string? ofOrder = null)
    {
        string rest = range;
        for (int part = 0; ; part++)
        {
            if (part == 2)
            {
                return $"{extension}: Too many components for option \"--{option}\" (max: 2)\n";
            }

            int length = NumberText.Measure(rest, most, out _);
            if (length == 0 && !rest.StartsWith(':') && (rest.Length > 0 || range.Length == 0))
            {
                break;
            }

            if (length == rest.Length)
            {
                return ofOrder ?? $"{extension}: bad value for option \"--{option}\" near \"{range}\", or out of range (0-{most}).\n";
            }

            if (rest[length] != ':')
            {
                return $"{extension}: Argument to \"--{option}\" has unexpected characters near \"{rest[length..]}\".\n";
            }

            rest = rest[(length + 1)..];
        }

        return $"{extension}: bad value for option \"--{option}\" near \"{rest}\", or out of range (0-{most}).\n";
    }

    /// <summary>libxtables' texts of VALUE/MASK (xtoptions.c, xtopt_parse_mark).</summary>
    /// <param name="option">With dashes.</param>
    internal static string Mark(string extension, string option, string word)
    {
        int length = NumberText.Measure(word, uint.MaxValue, out _);
        if (length > 0 && length < word.Length && word[length] == '/')
        {
            int mask = NumberText.Measure(word.AsSpan(length + 1), uint.MaxValue, out _);
            length = mask == 0 ? 0 : length + 1 + mask;
        }

        return length == 0
            ? $"{extension}: bad integer value for option \"{option}\", or out of range.\n"
            : $"{extension}: trailing garbage after value for option \"{option}\".\n";
    }

    private static string Value(string extension, string option, string word) => $"{extension}: Bad value for \"--{option}\" option: \"{word}\"";

    private static string Name(string extension, string option, string word) =>
        $"{extension}: could not map name {word} to an integer value for option \"--{option}\".\n";

    private static string AddressType(string list) =>
        list.Contains(',', StringComparison.Ordinal) ? $"addrtype: bad type `{list}'" : $"addrtype: bad type \"{list}\"";

    private static string Bytes(string range) => Ends("connbytes", "connbytes", range, ulong.MaxValue, range.Replace(":", " should be less than ", StringComparison.Ordinal));

    private static Func<string, string> PerSecond(string what) => word => $"rateest: could not parse {what} `{word}'";

    private static string Counter(string word) => $"Cannot parse {word} as a counter value";

    private static string State(string list) =>
        list.Length == 0 ? "\"--state\" requires a list of states with no spaces, e.g. ESTABLISHED,RELATED" : $"Bad state \"{list}\"";

    private static string Port(string word) => $"Port \"{word}\" does not resolve to anything.\n";

    /// <summary>Its digits and the character behind them.</summary>
    private static string ThroughFirst(string word) => word.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and > 0 ? word[..(end + 1)] : word;

    private static string Time(string word) => $"invalid time \"{word}\" specified, should be hh:mm[:ss] format and within the boundaries";

    private static string Date(string word) => $"Invalid date \"{word}\" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]";
}
