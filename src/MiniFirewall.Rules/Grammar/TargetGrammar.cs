using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Grammar;

/// <summary>The grammar of one kind of target; its file registers it in TargetRegistry.</summary>
public sealed class TargetGrammar : ExtensionGrammar
{
    /// <param name="initial">The target with no option given.</param>
    internal TargetGrammar(string name, Target initial)
        : base(name, initial)
    {
    }
}
