using System.Runtime.InteropServices;
using System.Text;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j LED: lights a lamp, and goes on with the next rule (net/netfilter/xt_LED.c).</summary>
/// <param name="Trigger">The trigger's name behind "netfilter-".</param>
/// <param name="Delay">Milliseconds that the lamp stays on; -1 for ever.</param>
/// <param name="AlwaysBlinks">A lamp that is on goes out for a moment.</param>
public sealed record LedTarget(string Trigger, int Delay, bool AlwaysBlinks) : KernelTarget
{
    private const int LongestTrigger = 16;
    private const int ForEver = -1;

    public static TargetGrammar Grammar { get; } = new("LED", new LedTarget("", 0, false))
    {
        Mandatory = ["led-trigger-id"],
        Options =
        [
            Option<LedTarget>.Value(["led-trigger-id"], TextReaders.FileName("trigger", LongestTrigger), (t, name, _) => t with { Trigger = name }, takesText: true),
            Option<LedTarget>.Value<int>(["led-delay"], ReadDelay, (t, delay, _) => t with { Delay = delay }),
            Option<LedTarget>.Flag(["led-always-blink"], (t, _) => t with { AlwaysBlinks = true }),
        ],
    };

    public override string Name => "LED";

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-j").Word("LED").Word("--led-trigger-id").Word(Quoting.IsPlain(Trigger) ? $"\"{Trigger}\"" : Quoting.Quote(Trigger));
        if (Delay != 0)
        {
            writer.Word("--led-delay").Word(Delay == ForEver ? "inf" : $"{Delay}");
        }

        if (AlwaysBlinks)
        {
            writer.Word("--led-always-blink");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word($"led-trigger-id:\"{Trigger}\"").Word("led-delay:").Word(Delay == ForEver ? "inf" : $"{Delay}ms");
        if (AlwaysBlinks)
        {
            writer.Word("led-always-blink");
        }
    }

    /// <summary>struct xt_led_info: 27 bytes of name, whether it always blinks, the delay, the kernel's own pointer.</summary>
    protected override byte[] Information()
    {
        const int Length = 40, BlinksAt = 27, DelayAt = 28;
        byte[] information = new byte[Length];
        Encoding.ASCII.GetBytes("netfilter-" + Trigger, information);
        information[BlinksAt] = AlwaysBlinks ? (byte)1 : (byte)0;
        MemoryMarshal.Write(information.AsSpan(DelayAt), Delay);
        return information;
    }

    private static bool ReadDelay(Word word, ReadContext context, out int delay)
    {
        delay = ForEver;
        bool read = NumberText.TryParse(word.Text, out ulong number) && number <= int.MaxValue;
        delay = read ? (int)number : ForEver;
        if (!read && word.Text != "inf")
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a number of milliseconds", $"a number from 0 to {int.MaxValue}, or inf");
            return false;
        }

        return true;
    }
}
