using System.Runtime.InteropServices;
using System.Text;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j IDLETIMER: a file in /sys tells when no packet has come for a time; on to the next rule (net/netfilter/xt_IDLETIMER.c).</summary>
/// <param name="Timeout">Seconds.</param>
/// <param name="Label">The file's name.</param>
/// <param name="Wakes">The timer wakes the machine from sleep.</param>
public sealed record IdletimerTarget(uint Timeout, string Label, bool Wakes) : KernelTarget
{
    private const int LongestLabel = 27;

    /// <summary>The kernel counts milliseconds in a signed 32-bit number.</summary>
    private const uint MostTimeout = (int.MaxValue / 1000) - 1;

    public static TargetGrammar Grammar { get; } = new("IDLETIMER", new IdletimerTarget(0, "", false))
    {
        Mandatory = ["timeout", "label"],
        Options =
        [
            Option<IdletimerTarget>.Value(["timeout"], NumberReaders.Number("number of seconds", 1, MostTimeout, Convention.InvalidArgument), (t, seconds, _) => t with { Timeout = seconds }),
            Option<IdletimerTarget>.Value(["label"], TextReaders.FileName("label", LongestLabel), (t, label, _) => t with { Label = label }, takesText: true),
            Option<IdletimerTarget>.Flag(["alarm"], (t, _) => t with { Wakes = true }),
        ],
    };

    public override string Name => "IDLETIMER";

    protected override byte Revision => Wakes ? (byte)1 : (byte)0;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-j").Word("IDLETIMER").Word("--timeout").Word($"{Timeout}").Word("--label").Plain(Label);
        if (Wakes)
        {
            writer.Word("--alarm");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word($"timeout:{Timeout}").Word($"label:{Label}");
        if (Wakes)
        {
            writer.Word("alarm");
        }
    }

    /// <summary>struct idletimer_tg_info: seconds, 28 bytes of label, the kernel's own pointer; in _v1 whether netlink is told, and the kind of clock, before that.</summary>
    protected override byte[] Information()
    {
        const int Length = 40, LengthV1 = 48, LabelAt = 4, ClockAt = 33;
        const byte ClockThatWakes = 1;
        byte[] information = new byte[Wakes ? LengthV1 : Length];
        MemoryMarshal.Write(information, Timeout);
        Encoding.ASCII.GetBytes(Label, information.AsSpan(LabelAt));
        if (Wakes)
        {
            information[ClockAt] = ClockThatWakes;
        }

        return information;
    }
}
