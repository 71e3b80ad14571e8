namespace MiniFirewall.Rules.Text;

/// <summary>
/// Gives equal words one string, since a rule list says few things many times. A table of fixed size that keeps the last
/// word of each place: a word that was pushed out is only made again.
/// </summary>
internal sealed class WordPool
{
    private const int Bits = 10;
    private readonly string?[] _words = new string?[1 << Bits];

    internal string Get(ReadOnlySpan<char> text)
    {
        ref string? kept = ref _words[TextHash.Of(text, Bits)];
        if (kept is null || !text.SequenceEqual(kept))
        {
            kept = text.ToString();
        }

        return kept;
    }
}
