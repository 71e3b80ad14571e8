using System.Collections.Immutable;
using System.Text;

namespace MiniFirewall.Asm;

/// <summary>
/// Prints a program as a listing: its functions, each instruction behind its slot number (as the verifier counts), and the
/// origin of instructions, as a comment, where it changes.
/// </summary>
public static class ProgramPrinter
{
    public static string Print(ProgramSpec spec)
    {
        var text = new StringBuilder();
        Dictionary<int, string> functions = spec.Code.Functions.ToDictionary(f => f.Slot, f => f.Function.Name);
        int slot = 0;
        int origin = -1;
        foreach (ref readonly Instruction instruction in spec.Code.Instructions.AsSpan())
        {
            if (functions.TryGetValue(slot, out string? function))
            {
                text.Append(function).Append(":\n");
            }

            if (instruction.Origin != origin)
            {
                origin = instruction.Origin;
                text.Append("; ").Append(OriginText(spec.Origins, origin)).Append('\n');
            }

            text.Append($"{slot,5}: {InstructionPrinter.Print(instruction)}\n");
            slot += instruction.Slots;
        }

        return text.ToString();
    }

    private static string OriginText(ImmutableArray<string> origins, int origin) =>
        origin >= 0 && origin < origins.Length ? origins[origin] : "(no rule)";
}
