using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>What CONNMARK does.</summary>
public enum ConnmarkAction
{
    Set,

    /// <summary>The packet's mark goes into the connection's.</summary>
    Save,

    /// <summary>The connection's mark goes into the packet's.</summary>
    Restore,
}

/// <summary>-j CONNMARK: changes the connection's mark, or copies marks, and goes on with the next rule (net/netfilter/xt_connmark.c).</summary>
/// <param name="Value">For Set: the bits that are flipped.</param>
/// <param name="ConnectionMask">Bits of the connection's mark.</param>
/// <param name="PacketMask">Bits of the packet's mark.</param>
/// <param name="ShiftsRight">The direction of <paramref name="Shift"/>.</param>
/// <param name="Shift">Bits by which the mark is shifted, 0 to 31.</param>
public sealed record ConnmarkTarget(
    ConnmarkAction Action, uint Value, uint ConnectionMask, uint PacketMask, bool ShiftsRight, byte Shift) : Target
{
    private const string ActionGroup = "action";
    private const uint MostShift = 31;
    private static readonly ValueReader<uint> Mask = NumberReaders.Number("mask", 0, uint.MaxValue);
    private static readonly ValueReader<uint> Bits = NumberReaders.Number("number of bits", 0, MostShift);

    public static TargetGrammar Grammar { get; } = new("CONNMARK", new ConnmarkTarget(ConnmarkAction.Set, 0, uint.MaxValue, uint.MaxValue, false, 0))
    {
        OneOf = [.. MarkChange.OptionNames, "save-mark", "restore-mark"],
        Options =
        [
            .. MarkChange.Options<ConnmarkTarget>(ActionGroup, (t, change) => t with { Action = ConnmarkAction.Set, Value = change.Value, ConnectionMask = change.Mask }),
            Option<ConnmarkTarget>.Flag(["save-mark"], (t, _) => t with { Action = ConnmarkAction.Save }, group: ActionGroup),
            Option<ConnmarkTarget>.Flag(["restore-mark"], (t, _) => t with { Action = ConnmarkAction.Restore }, group: ActionGroup),
            Option<ConnmarkTarget>.Value(["left-shift-mark"], Bits, (t, bits, _) => t with { ShiftsRight = false, Shift = (byte)bits }),
            Option<ConnmarkTarget>.Value(["right-shift-mark"], Bits, (t, bits, _) => t with { ShiftsRight = bits != 0, Shift = (byte)bits }),
            Option<ConnmarkTarget>.Value(["ctmask"], Mask, (t, mask, _) => t with { ConnectionMask = mask }),
            Option<ConnmarkTarget>.Value(["nfmask"], Mask, (t, mask, _) => t with { PacketMask = mask }),
            Option<ConnmarkTarget>.Value(["mask"], Mask, (t, mask, _) => t with { ConnectionMask = mask, PacketMask = mask }, excludes: ["ctmask", "nfmask"]),
        ],
        Complete = Complete,
    };

    public override string Name => "CONNMARK";

    public override bool AsksConnection => true;

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    public override PacketChange? Change =>
        Action == ConnmarkAction.Restore ? new PacketMarkRestored(ConnectionMask, PacketMask, Places) : null;

    public override void LowerEffect(Family family, ImmutableArray<Step>.Builder steps)
    {
        base.LowerEffect(family, steps);
        if (Action != ConnmarkAction.Restore)
        {
            steps.Add(new Require(new QuestionTest(new ConnectionMarkSet(Action == ConnmarkAction.Save, ConnectionMask, Action == ConnmarkAction.Save ? PacketMask : Value, Places))));
        }
    }

    /// <summary>To the left; negative for the right.</summary>
    private int Places => ShiftsRight ? -Shift : Shift;

    private MarkChange Written => new(Value, ConnectionMask);

    private string ShiftWord => ShiftsRight ? "right-shift-mark" : "left-shift-mark";

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-j").Word("CONNMARK");
        if (Action == ConnmarkAction.Set)
        {
            writer.Word("--set-xmark").Word(Written.ToString());
        }
        else
        {
            writer.Word(Action == ConnmarkAction.Save ? "--save-mark" : "--restore-mark").Word("--nfmask").Word($"0x{PacketMask:x}").Word("--ctmask").Word($"0x{ConnectionMask:x}");
        }

        if (Shift > 0)
        {
            writer.Word("--" + ShiftWord).Word($"{Shift}");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("CONNMARK").Word(Action == ConnmarkAction.Set ? Written.Words : CopyWords);
        if (Shift > 0)
        {
            writer.Word(ShiftWord).Word($"{Shift}");
        }
    }

    private string CopyWords => (Action == ConnmarkAction.Save, PacketMask == ConnectionMask) switch
    {
        (true, true) => "save" + SameMask,
        (false, true) => "restore" + SameMask,
        (true, false) => $"save nfmask 0x{PacketMask:x} ctmask ~0x{ConnectionMask:x}",
        (false, false) => $"restore ctmask 0x{ConnectionMask:x} nfmask ~0x{PacketMask:x}",
    };

    private string SameMask => PacketMask == uint.MaxValue ? "" : $" mask 0x{PacketMask:x}";

    /// <summary>Setting the connection's mark does not look at the packet's.</summary>
    private static object Complete(object state, Word place, ReadContext context)
    {
        var target = (ConnmarkTarget)state;
        return target.Action == ConnmarkAction.Set ? target with { PacketMask = uint.MaxValue } : target with { Value = 0 };
    }
}
