using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>A change of a mark: the mask's bits are cleared, then the value's are flipped (xt_mark.c).</summary>
internal readonly record struct MarkChange(uint Value, uint Mask)
{
    private static readonly ValueReader<uint> Number = NumberReaders.Number("mark", 0, uint.MaxValue);

    public override string ToString() => $"0x{Value:x}/0x{Mask:x}";

    /// <summary>The simplest word for it, as iptables -L shows it.</summary>
    internal string Words => this switch
    {
        { Value: 0 } => $"and 0x{~Mask:x}",
        _ when Value == Mask => $"or 0x{Value:x}",
        { Mask: 0 } => $"xor 0x{Value:x}",
        { Mask: uint.MaxValue } => $"set 0x{Value:x}",
        _ => $"xset {this}",
    };

    /// <summary>The options that say one, each excluding the others (libxt_MARK.c, libxt_CONNMARK.c).</summary>
    internal static OptionSpec[] Options<T>(string group, Func<T, MarkChange, T> set)
        where T : class =>
    [
        Option<T>.Value<(uint Value, uint Mask)>(["set-xmark"], NumberReaders.Masked, (t, mark, _) => set(t, new(mark.Value, mark.Mask)), group: group),
        Option<T>.Value<(uint Value, uint Mask)>(["set-mark"], NumberReaders.Masked, (t, mark, _) => set(t, new(mark.Value, mark.Mask | mark.Value)), group: group),
        Option<T>.Value(["and-mark"], Number, (t, bits, _) => set(t, new(0, ~bits)), group: group),
        Option<T>.Value(["or-mark"], Number, (t, bits, _) => set(t, new(bits, bits)), group: group),
        Option<T>.Value(["xor-mark"], Number, (t, bits, _) => set(t, new(bits, 0)), group: group),
    ];

    internal static string[] OptionNames => ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"];
}
