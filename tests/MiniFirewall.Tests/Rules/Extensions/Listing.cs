using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What iptables -L shows of a rule's matches.</summary>
internal static class Listing
{
    internal static string Of(string rule, FamilySet family, bool isNumeric)
    {
        var writer = new RuleTextWriter();
        foreach (Match match in Reading.Good("-A INPUT " + rule, family).Find("INPUT")!.Rules.Single().Matches)
        {
            match.List(writer, new ListStyle(isNumeric, NetworkNames.BuiltIn));
        }

        return writer.ToString();
    }
}
