using CsCheck;

namespace MiniFirewall.Testing.Rules;

/// <summary>Matches that compute: texts, words, programs of classic BPF, times that are always or never, chances that are none.</summary>
internal static class ComputedGen
{
    // The kernel's bm does not see a text that lies across two pieces of a packet's memory; kmp does, and so does miniFirewall either way.
    private static readonly Gen<string> Text = Gen.Select(
        TextGen.Not,
        Gen.OneOf("--string a", "--string \"E\"", "--hex-string |00|", "--hex-string |0000|", "--hex-string |0a00|", "--hex-string |0016|", "--hex-string |000000000000000000|", "--string zzzz"),
        Gen.OneOf("", " --from 20", " --to 24", " --from 9 --to 41", " --from 40"),
        Gen.OneOf("", " --icase"),
        (not, text, offsets, letters) => $"-m string {not}{text} --algo kmp{offsets}{letters}");

    private static readonly Gen<string> Words = Gen.Select(
        TextGen.Not,
        Gen.OneOf(
            "0>>28=4", "6&0xff=17", "6&0xff=6,17", "0>>22&0x3c@0>>16=0:1023", "0>>22&0x3c@0&0xffff=22,80,443", "0>>22&0x3c@8>>28=5:15", "36=0:0xffffffff",
            "60=0:0xffffffff", "2=0:0xffff", "0@0=0", "8>>24=64&&0>>28=4", "6&0xff<<2@0=0:0x7fffffff", "4>>8&0xff=6,17,58"),
        (not, words) => $"-m u32 {not}--u32 \"{words}\"");

    private static readonly Gen<string> Program = Gen.OneOf(
        "4,48 0 0 9,21 0 1 17,6 0 0 1,6 0 0 0", "5,177 0 0 0,72 0 0 2,21 0 1 22,6 0 0 1,6 0 0 0", "2,32 0 0 40,22 0 0 0", "4,128 0 0 0,37 0 1 60,6 0 0 1,6 0 0 0",
        "6,48 0 0 1,2 0 0 5,48 0 0 8,97 0 0 5,60 0 0 0,22 0 0 0", "4,32 0 0 4294963220,69 0 1 1,6 0 0 1,6 0 0 0", "3,128 0 0 0,116 0 0 3,22 0 0 0")
        .Select(program => $"-m bpf --bytecode \"{program}\"");

    private static readonly Gen<string> Time = Gen.OneOf(
        "-m time --datestart 2020-01-01", "-m time --datestop 2020-01-01", "-m time --timestart 00:00:01 --timestop 00:00:00", "-m time --weekdays 1,2,3,4,5,6,7 --kerneltz");

    private static readonly Gen<string> Chance = Gen.Select(
        TextGen.Not, Gen.OneOf("--probability 0", "--probability 1"), (not, probability) => $"-m statistic --mode random {not}{probability}");

    internal static readonly Gen<string> Any = Gen.Frequency((3, Text), (3, Words), (2, Program), (1, Time), (1, Chance));
}
