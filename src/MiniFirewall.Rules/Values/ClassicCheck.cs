using System.Collections.Frozen;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Rules.Values;

/// <summary>What the kernel asks of a program of classic BPF before it takes it (net/core/filter.c, bpf_check_classic).</summary>
internal static class ClassicCheck
{
    private const ushort Divide = 0x34, Modulo = 0x94, ShiftLeft = 0x64, ShiftRight = 0x74, Jump = 0x05;
    private const ushort ReturnNumber = 0x06, ReturnAccumulator = 0x16;

    /// <summary>All codes there are: loads, stores, arithmetic with a number and with the index, jumps, returns, moves.</summary>
    private static readonly FrozenSet<ushort> Codes = new ushort[]
    {
        0x00, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x60, 0x80, 0x01, 0x61, 0x81, 0xb1, 0x02, 0x03,
        0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0x84, 0x94, 0xa4, 0x0c, 0x1c, 0x2c, 0x3c, 0x4c, 0x5c, 0x6c, 0x7c, 0x9c, 0xac,
        0x05, 0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d, 0x06, 0x16, 0x07, 0x87,
    }.ToFrozenSet();

    /// <summary>What is wrong with which instruction; null where nothing is.</summary>
    internal static (int Instruction, string Problem)? Find(ValueArray<ClassicInstruction> program)
    {
        for (int i = 0; i < program.Count; i++)
        {
            if (ProblemOf(program[i], program.Count - i - 1) is { } problem)
            {
                return (i, problem);
            }
        }

        return program[program.Count - 1].Code is ReturnNumber or ReturnAccumulator ? FindUnset(program) : (program.Count - 1, "the last instruction does not return");
    }

    /// <param name="behind">How many instructions follow.</param>
    private static string? ProblemOf(ClassicInstruction instruction, int behind) => instruction switch
    {
        { Code: var code } when !Codes.Contains(code) => $"there is no code {code}",
        { Code: Divide or Modulo, K: 0 } => "it divides by zero",
        { Code: ShiftLeft or ShiftRight, K: >= 32 } => "it shifts by more than 31",
        { Code: Jump, K: var k } => k >= behind ? "it jumps beyond the end" : null,
        { Class: ClassicClass.Jump } => Math.Max(instruction.JumpTrue, instruction.JumpFalse) >= behind ? "it jumps beyond the end" : null,
        { Surrounding: { } surrounding } => Enum.IsDefined(surrounding) ? null : "it loads what the kernel does not know",
        _ => UsesMemory(instruction) && instruction.K >= ClassicProgram.MemoryWords ? $"memory has {ClassicProgram.MemoryWords} words" : null,
    };

    private static bool UsesMemory(ClassicInstruction instruction) => IsStore(instruction)
        || (instruction.Class is ClassicClass.Load or ClassicClass.LoadIndex && instruction.Mode == ClassicMode.Memory);

    private static bool IsStore(ClassicInstruction instruction) => instruction.Class is ClassicClass.Store or ClassicClass.StoreIndex;

    /// <summary>A load from memory that some way comes to without a store before it (check_load_and_stores).</summary>
    private static (int Instruction, string Problem)? FindUnset(ValueArray<ClassicInstruction> program)
    {
        var reached = new ushort[program.Count];
        Array.Fill(reached, ushort.MaxValue);
        ushort stored = 0;
        for (int i = 0; i < program.Count; i++)
        {
            stored &= reached[i];
            ClassicInstruction instruction = program[i];
            if (IsStore(instruction))
            {
                stored |= (ushort)(1 << (int)instruction.K);
            }
            else if (UsesMemory(instruction) && (stored & (1 << (int)instruction.K)) == 0)
            {
                return (i, $"word {instruction.K} of memory is not stored before");
            }
            else if (instruction.Class == ClassicClass.Jump)
            {
                bool isPlain = instruction.Code == Jump;
                reached[i + 1 + (isPlain ? (int)instruction.K : instruction.JumpTrue)] &= stored;
                reached[i + 1 + (isPlain ? (int)instruction.K : instruction.JumpFalse)] &= stored;
                stored = ushort.MaxValue;
            }
        }

        return null;
    }
}
