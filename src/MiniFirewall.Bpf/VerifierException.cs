using System.Text.RegularExpressions;
using MiniFirewall.Asm;

namespace MiniFirewall.Bpf;

/// <summary>
/// A program that the verifier refuses: one line that names the program, the instruction, where that instruction comes from,
/// the verifier's own word, and what it means. <see cref="Log"/> has everything.
/// </summary>
public sealed partial class VerifierException : Exception
{
    public VerifierException(ProgramSpec spec, string log)
        : base(Describe(spec, log))
    {
        Log = log;
        Slot = FindSlot(log);
        Origin = FindOrigin(spec, Slot);
    }

    /// <summary>All that the verifier wrote.</summary>
    public string Log { get; }

    /// <summary>The refused instruction, counted in slots of eight bytes; null where the verifier named none.</summary>
    public int? Slot { get; }

    /// <summary>It has gone through as many instructions as it goes through.</summary>
    public bool IsTooLarge => Message.Contains(VerifierHints.TooLarge, StringComparison.Ordinal);

    /// <summary>What of the rule set that instruction comes from; null where nothing.</summary>
    public string? Origin { get; }

    private static string Describe(ProgramSpec spec, string log)
    {
        int? slot = FindSlot(log);
        string where = slot is null ? "" : $" at instruction {slot}";
        string? origin = FindOrigin(spec, slot);
        string from = origin is null ? "" : $" ({origin})";
        string reason = LastWord(log);
        return $"program {spec.Name} is refused by the kernel's verifier{where}{from}: {reason}; {VerifierHints.For(reason)}";
    }

    /// <summary>The verifier ends with its statistics; its complaint is the line before them.</summary>
    private static string LastWord(string log) =>
        log.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0 && !Statistics().IsMatch(line)) ?? "it says nothing";

    /// <summary>The last instruction that it looked at, or one that its complaint names.</summary>
    private static int? FindSlot(string log)
    {
        Match named = NamedInstruction().Match(LastWord(log));
        Match match = named.Success ? named : Instructions().Matches(log).LastOrDefault() ?? Match.Empty;
        return match.Success ? int.Parse(match.Groups[1].Value) : null;
    }

    private static string? FindOrigin(ProgramSpec spec, int? slot)
    {
        int at = 0;
        foreach (Instruction instruction in spec.Code.Instructions)
        {
            int next = at + instruction.Slots;
            if (slot >= at && slot < next)
            {
                return instruction.Origin >= 0 && instruction.Origin < spec.Origins.Length ? spec.Origins[instruction.Origin] : null;
            }

            at = next;
        }

        return null;
    }

    [GeneratedRegex(@"^(processed \d+ insns|verification time|stack depth|insns processed|max_states_per_insn|mark_precise:|from \d+ to )")]
    private static partial Regex Statistics();

    [GeneratedRegex(@"^(\d+): \(", RegexOptions.Multiline)]
    private static partial Regex Instructions();

    [GeneratedRegex(@"\binsn (\d+)")]
    private static partial Regex NamedInstruction();
}
