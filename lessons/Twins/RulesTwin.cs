using System.Runtime.InteropServices;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Lessons.Programs;
using MiniFirewall.Lessons.Rules;
using MiniFirewall.Packets;

namespace MiniFirewall.Lessons.Twins;

/// <summary>
/// What is for this host meets rules that user space can change. A small program stays on the hook and jumps to the one that
/// was made of the rules; to write another one into its slot changes all rules at once. Pins keep everything when this ends.
/// </summary>
internal static class RulesTwin
{
    private const string Pins = "/run/lesson", LinkPin = Pins + "/link", SlotPin = Pins + "/slot", RulesPin = Pins + "/rules", NewRulesPin = Pins + "/rules-new";

    private static readonly byte[] FirstKey = new byte[4];

    internal static void Run(Arguments arguments)
    {
        switch (arguments.Words)
        {
            case ["set", .. string[] texts]:
                Set(LessonRule.ParseAll(texts));
                break;
            case ["show"]:
                LessonRule.Print(Read());
                break;
            case ["off"]:
                Off();
                break;
            default:
                throw new UsageException("the rules can be \"set RULE...\", \"show\" and \"off\"");
        }
    }

    private static void Set(LessonRule[] rules)
    {
        using BpfMap slot = BpfMap.TryOpen(SlotPin) ?? Attach();
        Span<byte> bytes = MemoryMarshal.AsBytes(rules.AsSpan());
        using BpfMap values = BpfMap.Create(new MapSpec("rules", MapType.Array, FirstKey.Length, bytes.Length, 1));
        values.Update(FirstKey, bytes);

        using BpfProgram program = RulesProgram.Make(rules).Load(values);
        slot.SetProgram(0, program);

        // For "show": a rename takes the place of the pin before.
        values.Pin(NewRulesPin);
        File.Move(NewRulesPin, RulesPin, overwrite: true);
    }

    private static BpfMap Attach()
    {
        if (!Directory.Exists(Pins))
        {
            throw new IOException($"{Pins} is not there: mkdir {Pins} && mount -t bpf bpf {Pins}");
        }

        BpfMap slot = BpfMap.Create(new MapSpec("slot", MapType.ProgramArray, 4, 4, 1));
        using BpfProgram dispatcher = RulesProgram.MakeDispatcher().Load(slot);
        using BpfLink link = BpfLink.AttachNetfilter(dispatcher, Family.IPv4, Hook.LocalIn, priority: 0);
        slot.Pin(SlotPin);
        link.Pin(LinkPin);
        return slot;
    }

    private static LessonRule[] Read()
    {
        using BpfMap values = BpfMap.TryOpen(RulesPin) ?? throw new IOException("no rules are set");
        var rules = new LessonRule[values.ValueSize / LessonRule.Size];
        values.TryLookup(FirstKey, MemoryMarshal.AsBytes(rules.AsSpan()));
        return rules;
    }

    private static void Off()
    {
        using BpfLink link = BpfLink.TryOpen(LinkPin) ?? throw new IOException("no rules are set");
        link.Detach();
        foreach (string pin in (ReadOnlySpan<string>)[LinkPin, SlotPin, RulesPin])
        {
            BpfPin.Remove(pin);
        }
    }
}
