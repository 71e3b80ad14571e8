using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>Deliberate damage to what the compiler made: to the bytes of its maps where it has some, else to constants of its code.</summary>
internal static class Corruption
{
    /// <summary>One byte that is not zero becomes another; one seed hits one place.</summary>
    internal static CompiledFamily One(CompiledFamily compiled, int seed)
    {
        var random = new Random(seed);
        return compiled.Maps.Count > 0 ? InMaps(compiled, random) : InCode(compiled, random);
    }

    private static CompiledFamily InMaps(CompiledFamily compiled, Random random)
    {
        FilledMap map = compiled.Maps[random.Next(compiled.Maps.Count)];
        byte[] content = [.. map.Content];
        int at = random.Next(content.Length);
        while (content[at] == 0)
        {
            at = (at + 1) % content.Length;
        }

        content[at] ^= (byte)(1 << random.Next(8));
        return compiled with { Maps = [.. compiled.Maps.Select(other => other == map ? map with { Content = content } : other)] };
    }

    /// <summary>A number that a rule compares with is one more.</summary>
    private static CompiledFamily InCode(CompiledFamily compiled, Random random)
    {
        ProgramSpec program = compiled.Programs[Hook.LocalIn];
        ImmutableArray<Instruction> code = program.Code.Instructions;
        int at = random.Next(code.Length);
        while (code[at].Origin < 0 || code[at].Immediate == 0 || code[at].Reference is not null || !IsArithmetic(code[at]))
        {
            at = (at + 1) % code.Length;
        }

        Instruction changed = code[at] with { Immediate = code[at].Immediate + 1 };
        var damaged = program with { Code = program.Code with { Instructions = code.SetItem(at, changed) } };
        return compiled with { Programs = new Dictionary<Hook, ProgramSpec>(compiled.Programs) { [Hook.LocalIn] = damaged } };
    }

    /// <summary>BPF_ALU and BPF_ALU64 with an immediate (RFC 9669 section 4.1).</summary>
    private static bool IsArithmetic(Instruction instruction) => (instruction.Opcode & 0x0f) is 0x04 or 0x07;
}
