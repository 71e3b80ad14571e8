using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j CLASSIFY: sets the packet's class for traffic control, and goes on with the next rule (net/netfilter/xt_CLASSIFY.c).</summary>
public sealed record ClassifyTarget(ushort Major, ushort Minor) : Target
{
    public static TargetGrammar Grammar { get; } = new("CLASSIFY", new ClassifyTarget(0, 0))
    {
        Mandatory = ["set-class"],
        Options = [Option<ClassifyTarget>.Value<ClassifyTarget>(["set-class"], ReadClass, (_, read, _) => read)],
    };

    public override string Name => "CLASSIFY";

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalIn ? "packets for this machine go through no queue of its own" : null;

    public override PacketChange? Change => new PacketPrioritySet(((uint)Major << 16) | Minor);

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word("CLASSIFY").Word("--set-class").Word($"{Major:x4}:{Minor:x4}");

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("CLASSIFY").Word("set").Word($"{Major:x}:{Minor:x}");

    /// <summary>MAJOR:MINOR, hexadecimal.</summary>
    private static bool ReadClass(Word word, ReadContext context, out ClassifyTarget target)
    {
        string[] parts = word.Text.Split(':');
        ushort minor = 0;
        bool read = TryReadPart(parts[0], out ushort major) && parts.Length == 2 && TryReadPart(parts[1], out minor);
        target = new ClassifyTarget(major, minor);
        if (!read)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a class", "MAJOR:MINOR, two hexadecimal numbers from 0 to ffff");
        }

        return read;
    }

    private static bool TryReadPart(string text, out ushort number) => ushort.TryParse(
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}
