using System.Text;

namespace MiniFirewall.Rules.Language;

/// <summary>Writes a rule's canonical text: words with one space between them.</summary>
public sealed class RuleTextWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends a word as it is.</summary>
    public RuleTextWriter Word(string word)
    {
        if (_text.Length > 0)
        {
            _text.Append(' ');
        }

        _text.Append(word);
        return this;
    }

    /// <summary>Appends "!" where negated.</summary>
    public RuleTextWriter Not(bool negated) => negated ? Word("!") : this;

    /// <summary>Appends a value, quoted and escaped as xtables_save_string does where it has characters that ask for it.</summary>
    public RuleTextWriter Value(string value) => Word(Quoting.Quote(value));

    public override string ToString() => _text.ToString();
}
