using System.Text.RegularExpressions;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

/// <summary>A refused program's log has the kernel's own text of each instruction: ours must be the same.</summary>
public sealed partial class PrinterAgainstVerifierTests
{
    [Fact]
    public void Instructions_print_as_in_the_verifiers_log()
    {
        ProgramSpec spec = Programs.Netfilter(EmitAll);
        var refusal = Assert.Throws<VerifierException>(() => spec.Load());
        Dictionary<int, string> theirs = Line().Matches(refusal.Log)
            .DistinctBy(m => m.Groups[1].Value)
            .ToDictionary(m => int.Parse(m.Groups[1].Value), m => m.Groups[2].Value.TrimEnd());

        int slot = 0;
        int compared = 0;
        foreach (Instruction instruction in spec.Code.Instructions)
        {
            if (theirs.TryGetValue(slot, out string? text))
            {
                Assert.Equal(text, InstructionPrinter.Print(instruction));
                compared++;
            }

            slot += instruction.Slots;
        }

        // All but the exit behind the refused one.
        Assert.Equal(spec.Code.Instructions.Length - 1, compared);
    }

    private static void EmitAll(Assembler a)
    {
        a.Move(Register.R6, Register.R1);
        foreach (AluOperation operation in Enum.GetValues<AluOperation>())
        {
            a.Move(Register.R2, 100);
            a.Move(Register.R3, 3);
            a.Alu(operation, Register.R2, operation == AluOperation.Negate ? 0 : 5);
            a.Alu(operation, Register.R2, operation == AluOperation.Negate ? 0 : 5, OperandWidth.Bits32);
            if (operation != AluOperation.Negate)
            {
                a.Alu(operation, Register.R2, Register.R3);
                a.Alu(operation, Register.R2, Register.R3, OperandWidth.Bits32);
            }
        }

        a.LoadConstant(Register.R4, 0x0123456789abcdef);
        a.ToBigEndian(Register.R2, 16);
        foreach (MemorySize size in Enum.GetValues<MemorySize>())
        {
            a.StoreImmediate(size, Register.R10, -8, -2);
            a.Store(size, Register.R10, -16, Register.R2);
        }

        a.StoreImmediate(MemorySize.DoubleWord, Register.R10, -8, 0);
        foreach (MemorySize size in Enum.GetValues<MemorySize>())
        {
            a.Load(size, Register.R5, Register.R10, -8);
        }

        a.AtomicAdd(MemorySize.DoubleWord, Register.R10, -8, Register.R2);
        a.AtomicOr(MemorySize.DoubleWord, Register.R10, -8, Register.R2);
        a.Call(Helper.KtimeGetNs);
        a.Move(Register.R7, Register.R0);
        a.Move(Register.R8, 9);
        foreach (JumpCondition condition in Enum.GetValues<JumpCondition>())
        {
            JumpToNext(a, next => a.Jump(condition, Register.R7, 77, next));
            JumpToNext(a, next => a.Jump(condition, Register.R7, -3, next, OperandWidth.Bits32));
            JumpToNext(a, next => a.Jump(condition, Register.R7, Register.R8, next));
        }

        JumpToNext(a, a.Jump);
        a.Call(Helper.GetSmpProcessorId);

        // Refused here, so that there is a log.
        a.Load(MemorySize.Word, Register.R0, Register.R0, 0);
        a.Exit();
    }

    private static void JumpToNext(Assembler a, Action<Label> jump)
    {
        Label next = a.DefineLabel();
        jump(next);
        a.Mark(next);
    }

    [GeneratedRegex(@"^(\d+): (\([0-9a-f]{2}\) [^;\n]*)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
