using MiniFirewall.Packets;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Language;

/// <summary>Writes rules' canonical text: words with one space between them.</summary>
public sealed class RuleTextWriter
{
    private char[] _text = new char[256];
    private int _length;

    /// <summary>
    /// The families that are written for: what depends on the family is written out for one, and left to be what it is in each
    /// for both.
    /// </summary>
    public FamilySet Families { get; set; } = FamilySet.Both;

    /// <summary>The one family that is written for; null for both.</summary>
    public Family? Family => Families switch
    {
        FamilySet.IPv4 => Packets.Family.IPv4,
        FamilySet.IPv6 => Packets.Family.IPv6,
        _ => null,
    };

    /// <summary>What has been written, until something else is.</summary>
    public ReadOnlySpan<char> Written => _text.AsSpan(0, _length);

    /// <summary>Forgets what has been written.</summary>
    public void Clear() => _length = 0;

    /// <summary>Appends a word as it is.</summary>
    public RuleTextWriter Word(ReadOnlySpan<char> word)
    {
        word.CopyTo(Room(word.Length + 1));
        _length += word.Length;
        return this;
    }

    /// <summary>Appends a range as <see cref="NumberRange.ToString"/> does.</summary>
    public RuleTextWriter Word(NumberRange range)
    {
        Span<char> room = Room(16);
        range.Low.TryFormat(room, out int length);
        if (range.High != range.Low)
        {
            room[length++] = ':';
            range.High.TryFormat(room[length..], out int high);
            length += high;
        }

        _length += length;
        return this;
    }

    /// <summary>Appends an address and its mask.</summary>
    public RuleTextWriter Word(Family family, UInt128 address, UInt128 mask)
    {
        int length = AddressNotation.Print(family, address, mask, Room(AddressNotation.Longest));
        _length += length;
        return this;
    }

    /// <summary>Appends "!" where negated.</summary>
    public RuleTextWriter Not(bool negated) => negated ? Word("!") : this;

    /// <summary>Appends a value as it is, where it reads back so; quoted where not.</summary>
    public RuleTextWriter Plain(string value) => Word(Quoting.IsPlain(value) ? value : Quoting.Quote(value));

    /// <summary>Appends a value, quoted and escaped as xtables_save_string does where it has characters that ask for it.</summary>
    public RuleTextWriter Value(string value) => Word(Quoting.Quote(value));

    public override string ToString() => new(Written);

    /// <summary>Room for a word, behind the space that parts it from the one before.</summary>
    private Span<char> Room(int length)
    {
        if (_length + length + 1 > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + length + 1));
        }

        if (_length > 0)
        {
            _text[_length++] = ' ';
        }

        return _text.AsSpan(_length);
    }
}
