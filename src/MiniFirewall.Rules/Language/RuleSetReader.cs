using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Reading;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Language;

/// <summary>
/// Reads a rule set from iptables-save text, from command lines as an administrator types them, or from both mixed. Never
/// throws on any text, and takes time in proportion to it.
/// </summary>
public static class RuleSetReader
{
    /// <param name="file">The text's name, for places in messages.</param>
    public static ReadResult Read(string file, string text, ReadOptions options)
    {
        var session = new ReadSession(new SourceText(file, text), options);
        var draft = new RuleSetDraft(session, RuleSet.Empty);
        new TextInterpreter(session, draft).Run();
        RuleSet rules = new ChainGraph(draft, session).Finish();
        return new ReadResult(session.Diagnostics.Count == 0 ? rules : null, session.Diagnostics.ToImmutable());
    }
}
