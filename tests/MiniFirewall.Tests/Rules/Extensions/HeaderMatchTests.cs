using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>The language of matches that look into headers.</summary>
public sealed class HeaderMatchTests
{
    public static TheoryData<string, string, string, string> Both => HeaderMatchTexts.Both;

    public static TheoryData<string, string, string, string> OfIPv4 => HeaderMatchTexts.OfIPv4;

    public static TheoryData<string, string, string, string> OfIPv6 => HeaderMatchTexts.OfIPv6;

    [Theory]
    [MemberData(nameof(Both))]
    public void Both_families(string typed, string saved, string numeric, string named) => Check(typed, FamilySet.Both, saved, numeric, named);

    [Theory]
    [MemberData(nameof(OfIPv4))]
    public void IPv4(string typed, string saved, string numeric, string named) => Check(typed, FamilySet.IPv4, saved, numeric, named);

    [Theory]
    [MemberData(nameof(OfIPv6))]
    public void IPv6(string typed, string saved, string numeric, string named) => Check(typed, FamilySet.IPv6, saved, numeric, named);

    [Theory]
    [InlineData("-m ah --ahspi 5", FamilySet.IPv6)]
    [InlineData("-p tcp -m ah", FamilySet.IPv6)]
    [InlineData("-p ah -m ah --ahspi 5", FamilySet.Both)]
    [InlineData("-p ah -m ah --ahres", FamilySet.IPv6)]
    [InlineData("-m dscp --dscp 1", FamilySet.Both)]
    public void A_rule_is_of_the_families_that_its_match_has(string typed, FamilySet families) =>
        Assert.Equal(families, Reading.Good("-A INPUT " + typed).Find("INPUT")!.Rules.Single().Families);

    [Theory]
    [InlineData("-4 -A INPUT -m ah --ahspi 5", ErrorCodes.WrongProtocol, "match ah needs -p ah", "write -p ah in this rule")]
    [InlineData("-4 -A INPUT ! -p ah -m ah", ErrorCodes.WrongProtocol, "match ah needs -p ah", "a negated protocol says too little")]
    [InlineData("-6 -A INPUT -m ah --ahspi 4294967296", ErrorCodes.BadNumber, "'4294967296' is not a security parameter index", "a number from 0 to 4294967295")]
    [InlineData("-6 -A INPUT -m ah --ahspi 5:4", ErrorCodes.BadRange, "the range '5:4' ends before it begins", "write 4:5")]
    [InlineData("-6 -A INPUT -m ah ! --ahres", ErrorCodes.CannotNegate, null, null)]
    [InlineData("-A INPUT -m esp", ErrorCodes.WrongProtocol, "match esp needs -p esp", "write -p esp in this rule")]
    [InlineData("-A INPUT -p esp --espspi 1 --espspi 2", ErrorCodes.RepeatedOption, "--espspi is given twice", "leave one out")]
    [InlineData("-A INPUT -p esp --espspi 1:2:3", ErrorCodes.BadRange, "'1:2:3' has more than one ':'", "write LOW:HIGH")]
    [InlineData("-A INPUT -p ipcomp ! --compres", ErrorCodes.CannotNegate, null, null)]
    [InlineData("-A INPUT -p sctp --dport ssh", ErrorCodes.BadPort, null, null)]
    [InlineData("-A INPUT -p sctp --chunk-types any", ErrorCodes.MissingArgument, null, null)]
    [InlineData("-A INPUT -p sctp --chunk-types some DATA", ErrorCodes.UnknownFlag, "'some' is not a way to compare chunk types", "write all, any or only")]
    [InlineData("-A INPUT -p sctp --chunk-types any DTA", ErrorCodes.UnknownFlag, "'DTA' is not a type of SCTP chunk", "did you mean DATA")]
    [InlineData("-A INPUT -p sctp --chunk-types any ALL,DATA", ErrorCodes.UnknownFlag, "'ALL' is not a type of SCTP chunk", null)]
    [InlineData("-A INPUT -p sctp --chunk-types any DATA:X", ErrorCodes.UnknownFlag, "'X' are not flags of DATA", "letters of IUBE, in lower case for one that is not set")]
    [InlineData("-A INPUT -p sctp --chunk-types any DATA:-", ErrorCodes.UnknownFlag, "'-' are not flags of DATA", "letters of IUBE, in lower case for one that is not set")]
    [InlineData("-A INPUT -p sctp --chunk-types any INIT:T", ErrorCodes.UnknownFlag, "'T' are not flags of INIT", "chunks of this type have no flags")]
    [InlineData("-A INPUT -p dccp --dccp-types ALL", ErrorCodes.UnknownFlag, "'ALL' is not a DCCP packet type", null)]
    [InlineData("-A INPUT -p dccp --dccp-option 0", ErrorCodes.BadNumber, "'0' is not a DCCP option number", "a number from 1 to 255")]
    [InlineData("-A INPUT -p tcp -m tcpmss", ErrorCodes.MissingOption, "tcpmss needs --mss", null)]
    [InlineData("-A INPUT -m tcpmss --mss 42", ErrorCodes.WrongProtocol, "match tcpmss needs -p tcp", "write -p tcp in this rule")]
    [InlineData("-A INPUT -p tcp --mss 42", ErrorCodes.UnknownOption, null, null)]
    [InlineData("-A INPUT -p tcp -m tcpmss --mss 42:65536", ErrorCodes.BadNumber, "'65536' is not a segment size", "a number from 0 to 65535")]
    [InlineData("-A INPUT -m dscp --dscp 64", ErrorCodes.BadNumber, "'64' is not a DSCP", "a number from 0 to 63")]
    [InlineData("-A INPUT -m dscp --dscp-class CS8", ErrorCodes.UnknownFlag, "'CS8' is not a class of DSCP", null)]
    [InlineData("-A INPUT -m dscp --dscp 1 --dscp-class EF", ErrorCodes.ExcludedOption, null, null)]
    [InlineData("-A INPUT -m tos", ErrorCodes.MissingOption, "tos needs --tos", null)]
    [InlineData("-A INPUT -m tos --tos 256", ErrorCodes.BadNumber, "'256' is not a TOS", "a number from 0 to 255")]
    [InlineData("-A INPUT -m tos --tos 1/", ErrorCodes.BadNumber, "'' is not a mask", "a number from 0 to 255")]
    [InlineData("-A INPUT -m tos --tos Minimise-Delay", ErrorCodes.BadNumber, "'Minimise-Delay' is not a TOS", "did you mean Minimize-Delay")]
    [InlineData("-A INPUT -m ecn", ErrorCodes.MissingOption, null, null)]
    [InlineData("-A INPUT -m ecn --ecn-tcp-cwr", ErrorCodes.WrongProtocol, "match ecn needs -p tcp for bits of TCP", "write -p tcp in this rule")]
    [InlineData("-A INPUT ! -p tcp -m ecn --ecn-tcp-ece", ErrorCodes.WrongProtocol, "match ecn needs -p tcp for bits of TCP", "write -p tcp in this rule")]
    [InlineData("-A INPUT -m ecn --ecn-ip-ect 4", ErrorCodes.BadNumber, "'4' is not a codepoint of ECN", "a number from 0 to 3")]
    [InlineData("-A INPUT -p udplite -m udplite --dport 5", ErrorCodes.UnknownMatch, null, null)]
    public void Wrong_lines_say_what_would_be_right(string line, int code, string? message, string? help)
    {
        Diagnostic first = Reading.Bad(line)[0];
        Assert.Equal(code, first.Code);
        Assert.Equal(message ?? first.Message, first.Message);
        Assert.Equal(help ?? first.Help, first.Help);
    }

    private static void Check(string typed, FamilySet families, string saved, string numeric, string named)
    {
        Rule rule = Reading.Good("*filter\n-A INPUT " + typed + "\nCOMMIT\n", families).Find("INPUT")!.Rules.Single();
        Assert.Equal(saved, rule.ToString());
        Assert.Equal(rule, Reading.Good("*filter\n-A INPUT " + saved + "\nCOMMIT\n", families).Find("INPUT")!.Rules.Single(), IgnoringSpans);
        Assert.Equal(numeric, Listed(rule, isNumeric: true));
        Assert.Equal(named, Listed(rule, isNumeric: false));
    }

    private static bool IgnoringSpans(Rule? one, Rule? other) => one!.Matches.SequenceEqual(other!.Matches) && one.Protocol == other.Protocol;

    private static string Listed(Rule rule, bool isNumeric)
    {
        var writer = new RuleTextWriter();
        rule.Matches.Single().List(writer, new ListStyle(isNumeric, NetworkNames.BuiltIn));
        return writer.ToString();
    }
}
