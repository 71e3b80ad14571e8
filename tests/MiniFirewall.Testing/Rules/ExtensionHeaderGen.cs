using CsCheck;
using MiniFirewall.Testing.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>The matches of IPv6 headers. Pools are those of <see cref="HeaderChainGen"/>, so that rules and packets meet.</summary>
public static class ExtensionHeaderGen
{
    private static readonly string[] HeaderNames = ["hop", "dst", "route", "frag", "auth", "esp", "none", "prot"];

    /// <summary>A match that needs no protocol.</summary>
    public static Gen<string> Any { get; } = Gen.Frequency((3, Frag), (3, Rt), (2, Options("hbh")), (2, Options("dst")), (2, Ipv6Header), (3, Srh));

    /// <summary>-m mh, for rules of its protocol.</summary>
    public static Gen<string> Mobility { get; } = Gen.Select(
        TextGen.Not,
        Gen.OneOf("0", "5", "1:5", "home-test", ":", ":4", "5:", "bu:be", "255"),
        (not, types) => $"-m mh {not}--mh-type {types}");

    private static Gen<string> Frag => Words(
        "frag",
        Maybe(Gen.Select(TextGen.Not, Range(HeaderChainGen.Identifications), (not, ids) => $"{not}--fragid {ids}")),
        Rarely(Gen.Const("! --fraglen 8")),
        Maybe(Gen.Const("--fragres")),
        Maybe(Gen.Const("--fragfirst")),
        Maybe(Gen.OneOf("--fragmore", "--fraglast")));

    private static Gen<string> Rt => Words(
        "rt",
        Gen.Frequency(
            (3, TypeZero),
            (2, Maybe(Gen.Select(TextGen.Not, Gen.OneOf("0", "4", "253", "256"), (not, type) => $"{not}--rt-type {type}")))),
        Maybe(Gen.Select(TextGen.Not, Range([0, 1, 2, 255]), (not, left) => $"{not}--rt-segsleft {left}")),
        Maybe(Gen.Select(TextGen.Not, Gen.OneOf("8", "16", "24", "40"), (not, length) => $"{not}--rt-len {length}")));

    private static Gen<string> TypeZero => Gen.Select(
        Maybe(Gen.Const("--rt-0-res")),
        Maybe(Gen.Select(Gen.OneOf(HeaderChainGen.Addresses).Array[1, 3], Gen.OneOf("", " --rt-0-not-strict"), (list, strict) => $"--rt-0-addrs {string.Join(',', list)}{strict}")),
        (reserved, addresses) => $"--rt-type 0 {reserved} {addresses}");

    private static Gen<string> Options(string name) => Words(
        name,
        Maybe(Gen.Select(TextGen.Not, Gen.OneOf("8", "16", "24", "2048"), (not, length) => $"{not}--{name}-len {length}")),
        Maybe(Gen.Frequency((1, Gen.Const("0")), (4, Option)).Array[1, 4].Select(list => $"--{name}-opts {string.Join(',', list)}")));

    private static Gen<string> Option => Gen.Select(
        Gen.OneOf(HeaderChainGen.OptionTypes), Gen.OneOf("", ":0", ":1", ":2", ":4", ":255"), (type, length) => type == 0 ? "0" : $"{type}{length}");

    private static Gen<string> Ipv6Header => Words(
        "ipv6header",
        Gen.Select(TextGen.Not, Gen.Shuffle(HeaderNames), Gen.Int[1, 4], (not, names, count) => $"{not}--header {string.Join(',', names.Take(count))}"),
        Gen.OneOf("", "--soft"));

    private static Gen<string> Srh => Words(
        "srh",
        Rarely(Gen.Select(TextGen.Not, Gen.OneOf("6", "44", "59", "60"), (not, next) => $"{not}--srh-next-hdr {next}")),
        Rarely(Compared("hdr-len", "2", "4", "0")),
        Rarely(Compared("segs-left", "0", "1", "2", "255")),
        Rarely(Compared("last-entry", "0", "1", "2")),
        Rarely(Gen.Select(TextGen.Not, Gen.OneOf("0", "258", "513"), (not, tag) => $"{not}--srh-tag {tag}")),
        Maybe(Segment("psid")),
        Maybe(Segment("nsid")),
        Maybe(Segment("lsid")));

    private static Gen<string> Compared(string name, params string[] numbers) => Gen.Select(
        TextGen.Not, Gen.OneOf("eq", "gt", "lt"), Gen.OneOf(numbers), (not, how, number) => $"{not}--srh-{name}-{how} {number}");

    private static Gen<string> Segment(string name) => Gen.Select(
        TextGen.Not, Gen.OneOf(HeaderChainGen.Addresses), Gen.OneOf("", "/128", "/127", "/64", "/16", "/0"), (not, address, mask) => $"{not}--srh-{name} {address}{mask}");

    private static Gen<string> Range(uint[] numbers) => Gen.Select(
        Gen.OneOf(numbers), Gen.OneOf(numbers), Gen.OneOf("", ":"), (a, b, colon) => colon.Length == 0 ? $"{a}" : $"{Math.Min(a, b)}:{Math.Max(a, b)}");

    private static Gen<string> Maybe(Gen<string> text) => Gen.Frequency((1, TextGen.Nothing), (1, text));

    private static Gen<string> Rarely(Gen<string> text) => Gen.Frequency((4, TextGen.Nothing), (1, text));

    private static Gen<string> Words(string name, params Gen<string>[] options) => options.Aggregate(
        Gen.Const($"-m {name}"), (text, option) => Gen.Select(text, option, (before, one) => one.Length == 0 ? before : $"{before} {one}"));
}
