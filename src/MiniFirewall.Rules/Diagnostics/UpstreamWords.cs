using System.Collections.Frozen;

namespace MiniFirewall.Rules.Diagnostics;

/// <summary>What iptables 1.8.9 says of single options, where that is none of its common texts (extensions/lib*_*.c).</summary>
internal static class UpstreamWords
{
    private static readonly FrozenDictionary<(string Extension, string Option), Func<string, string>> s_ofValues = new Dictionary<(string, string), Func<string, string>>
    {
        [("addrtype", "src-type")] = word => $"addrtype: bad type \"{word}\"",
        [("addrtype", "dst-type")] = word => $"addrtype: bad type \"{word}\"",
        [("ah", "ahspi")] = word => Near("ah", "ahspi", word, "0-4294967295"),
        [("bpf", "bytecode")] = _ => "bpf: error parsing program length",
        [("cluster", "cluster-total-nodes")] = _ => Range("cluster", "cluster-total-nodes", "1-32"),
        [("connbytes", "connbytes")] = word => Near("connbytes", "connbytes", word, "0-18446744073709551615"),
        [("connbytes", "connbytes-dir")] = word => $"Unknown --connbytes-dir `{word}'",
        [("connbytes", "connbytes-mode")] = word => $"Unknown --connbytes-mode `{word}'",
        [("connlabel", "label")] = word => $"label '{word}' not found or invalid value",
        [("conntrack", "ctdir")] = word => Value("conntrack", "ctdir", word),
        [("conntrack", "ctexpire")] = word => Near("conntrack", "ctexpire", word, "0-4294967295"),
        [("conntrack", "ctstate")] = word => $"Bad ctstate \"{word}\"",
        [("conntrack", "ctstatus")] = word => $"Bad ctstatus \"{word}\"",
        [("dccp", "sport")] = Port,
        [("dccp", "dport")] = Port,
        [("dccp", "dccp-types")] = word => $"Unknown DCCP type `{word}'",
        [("devgroup", "src-group")] = word => Name("devgroup", "src-group", word),
        [("devgroup", "dst-group")] = word => Name("devgroup", "dst-group", word),
        [("dscp", "dscp-class")] = word => $"Invalid DSCP value `{word}'",
        [("esp", "espspi")] = word => Near("esp", "espspi", word, "0-4294967295"),
        [("frag", "fragid")] = word => Near("frag", "fragid", word, "0-4294967295"),
        [("hashlimit", "hashlimit-upto")] = word => Value("hashlimit", "hashlimit-upto", word),
        [("hashlimit", "hashlimit-above")] = word => Value("hashlimit", "hashlimit-above", word),
        [("hashlimit", "hashlimit-mode")] = word => Value("hashlimit", "hashlimit-mode", word),
        [("hashlimit", "hashlimit-burst")] = _ => "bad value for option \"--hashlimit-burst\", or out of range (1-1000000).",
        [("limit", "limit")] = word => $"bad rate \"{word}\"'",
        [("mac", "mac-source")] = _ => "Invalid MAC address specified.",
        [("owner", "uid-owner")] = word => Value("owner", "uid-owner", word),
        [("owner", "gid-owner")] = word => Value("owner", "gid-owner", word),
        [("pkttype", "pkt-type")] = word => $"Bad packet type '{word}'",
        [("policy", "dir")] = word => $"policy_match: invalid dir \"{word}\"",
        [("policy", "pol")] = word => $"policy match: invalid policy \"{word}\"",
        [("policy", "mode")] = word => $"policy match: invalid mode \"{word}\"",
        [("quota", "quota")] = _ => Range("quota", "quota", "0-18446744073709551615"),
        [("realm", "realm")] = word => Name("realm", "realm", word),
        [("recent", "seconds")] = _ => Range("recent", "seconds", "1-4294967295"),
        [("statistic", "mode")] = word => $"Bad mode \"{word}\"",
        [("statistic", "every")] = _ => Range("statistic", "every", "1-4294967295"),
        [("statistic", "probability")] = _ => Range("statistic", "probability", "0-1"),
        [("tcp", "tcp-option")] = word => $"Bad TCP option \"{word}\"",
        [("time", "timestart")] = Time,
        [("time", "timestop")] = Time,
        [("time", "datestart")] = Date,
        [("time", "datestop")] = Date,
        [("time", "weekdays")] = word => $"{word} is not a valid day specifier",
        [("time", "monthdays")] = word => $"{word} is not a valid day for --monthdays",
        [("tos", "tos")] = word => $"Symbolic name \"{word}\" is unknown",
        [("AUDIT", "type")] = word => $"Bad action type value \"{word}\"",
        [("CLASSIFY", "set-class")] = word => $"Bad class value \"{word}\"",
        [("HMARK", "hmark-mod")] = _ => Range("HMARK", "hmark-mod", "1-4294967295"),
        [("IDLETIMER", "timeout")] = _ => Range("IDLETIMER", "timeout", "0-4294967295"),
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
        ["statistic"] = "--probability must be specified when using random mode",
        ["string"] = "STRING match: You must specify `--string' or `--hex-string'",
        ["CONNMARK"] = "CONNMARK target: No operation specified",
        ["HMARK"] = "--hmark-mod is mandatory",
        ["MARK"] = "MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required",
        ["SET"] = "You must specify either `--add-set' or `--del-set' or `--map-set'",
        ["TCPMSS"] = "TCPMSS target: At least one parameter is required",
    }.ToFrozenDictionary();

    /// <summary>What it says of a value that an option does not take, given the value; null where that is a common text.</summary>
    /// <param name="option">Without dashes, as it is printed.</param>
    internal static Func<string, string>? OfValue(string extension, string option) => s_ofValues.GetValueOrDefault((extension, option));

    /// <summary>What it says where an extension has none of the options of which it needs one; null where that is a common text.</summary>
    internal static string? OfMissing(string extension) => s_ofMissing.GetValueOrDefault(extension);

    /// <summary>What it says where the second of an option's two arguments is missing.</summary>
    internal static string OfSecond(string option) => $"{option} requires two args{(option == "--chunk-types" ? "" : ".")}";

    private static string Range(string extension, string option, string range) => $"{extension}: bad value for option \"--{option}\", or out of range ({range}).\n";

    private static string Near(string extension, string option, string word, string range) =>
        $"{extension}: bad value for option \"--{option}\" near \"{word}\", or out of range ({range}).\n";

    private static string Value(string extension, string option, string word) => $"{extension}: Bad value for \"--{option}\" option: \"{word}\"";

    private static string Name(string extension, string option, string word) =>
        $"{extension}: could not map name {word} to an integer value for option \"--{option}\".\n";

    private static string Port(string word) => $"Port \"{word}\" does not resolve to anything.\n";

    private static string Time(string word) => $"invalid time \"{word}\" specified, should be hh:mm[:ss] format and within the boundaries";

    private static string Date(string word) => $"Invalid date \"{word}\" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]";
}
