using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Lowering;

/// <summary>A rule as the origin of a statement.</summary>
internal sealed class RuleOrigin(string chain, Rule rule) : IOriginText
{
    public string Place => $"{rule.Span.File}:{rule.Span.Line}";

    public string Text
    {
        get
        {
            var writer = new RuleTextWriter();
            writer.Word("-A").Word(chain);
            RulePrinter.Print(rule, writer);
            return writer.ToString();
        }
    }
}
