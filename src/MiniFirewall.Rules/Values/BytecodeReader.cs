using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Reads programs of classic BPF: "N,CODE JT JF K,..." with N instructions, numbers in decimal (libxt_bpf.c).</summary>
internal static class BytecodeReader
{
    /// <summary>XT_BPF_MAX_NUM_INSTR.</summary>
    private const int MostInstructions = 64;

    internal static bool Read(Word word, ReadContext context, out ClassicProgram program)
    {
        string[] parts = word.Text.Split(',');
        (string Text, string Said)? problem = TryRead(parts, out ImmutableArray<ClassicInstruction> instructions);
        program = new ClassicProgram(new(instructions));
        if (problem is null && ClassicCheck.Find(program.Instructions) is { } found)
        {
            problem = ($"instruction {found.Instruction} ({Show.Word(parts[found.Instruction + 1].Trim())}): {found.Problem}", "");
        }

        if (problem is { } wrong)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadBytecode, word, $"the bytecode is not a program: {wrong.Text}", "COUNT,CODE JT JF K,... such as '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'",
                wrong.Said.Length > 0 ? Convention.Usage($"bpf: {wrong.Said}") : Convention.InvalidArgument);
        }

        return problem is null;
    }

    /// <summary>What is wrong, and what iptables says of it; nothing where it leaves that to the kernel.</summary>
    private static (string Text, string Said)? TryRead(string[] parts, out ImmutableArray<ClassicInstruction> instructions)
    {
        instructions = [];
        if (parts.Length < 2 || !int.TryParse(parts[0].TrimStart(), NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count < 1)
        {
            return ("the number of instructions is missing", "error parsing program length");
        }

        if (count > MostInstructions)
        {
            return ($"there are {MostInstructions} instructions at most", "number of instructions exceeds maximum");
        }

        // A comma may end the text.
        int written = parts.Length - (parts[^1].Trim().Length == 0 ? 2 : 1);
        if (written != count)
        {
            return ($"{count} instructions are announced, {written} follow", written < count
                ? "parsed program length is less than the encoded length parameter"
                : "real program length exceeds the encoded length parameter");
        }

        var read = ImmutableArray.CreateBuilder<ClassicInstruction>(count);
        for (int i = 0; i < count; i++)
        {
            if (TryReadInstruction(parts[i + 1]) is not { } instruction)
            {
                return ($"instruction {i} ({Show.Word(parts[i + 1].Trim())}) is not CODE JT JF K", $"error at instr {i}");
            }

            read.Add(instruction);
        }

        instructions = read.MoveToImmutable();
        return null;
    }

    private static ClassicInstruction? TryReadInstruction(string text)
    {
        string[] numbers = text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
        return numbers.Length == 4
            && ushort.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort code)
            && byte.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte jumpTrue)
            && byte.TryParse(numbers[2], NumberStyles.None, CultureInfo.InvariantCulture, out byte jumpFalse)
            && TryReadOperand(numbers[3]) is { } k
            ? new ClassicInstruction(code, jumpTrue, jumpFalse, k)
            : null;
    }

    /// <summary>32 bits; a negative number is its two's complement.</summary>
    private static uint? TryReadOperand(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number is >= int.MinValue and <= uint.MaxValue
            ? (uint)number
            : null;
}
