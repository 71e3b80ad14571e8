using MiniFirewall.Asm;
using Xunit;

namespace MiniFirewall.Tests.Asm;

/// <summary>One text file says what each method emits: as bytes, and as text.</summary>
public sealed class VectorTests
{
    public static TheoryData<string, string, string> Vectors()
    {
        var data = new TheoryData<string, string, string>();
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Asm", "vectors.txt")))
        {
            if (line.Length > 0 && line[0] != '#')
            {
                string[] parts = line.Split('|', 3, StringSplitOptions.TrimEntries);

                // The text may have a bar of its own, as in "r1 |= 255".
                data.Add(parts[0], parts[1], parts[2]);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_method_encodes_and_prints_as_the_file_says(string call, string bytes, string text)
    {
        Instruction instruction = Emit(call.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(bytes, Convert.ToHexStringLower(InstructionEncoder.Encode([instruction])));
        Assert.Equal(text, InstructionPrinter.Print(instruction));
    }

    private static Instruction Emit(string[] words)
    {
        var assembler = new Assembler();
        Label target = assembler.DefineLabel();
        Emit(assembler, target, words);
        assembler.Return();
        assembler.Mark(target);
        assembler.Return();
        return assembler.Finish().Instructions[0];
    }

    private static void Emit(Assembler a, Label target, string[] w)
    {
        switch (w[0])
        {
            case "alu" or "alu32": Alu(a, Enum.Parse<AluOperation>(w[1]), Reg(w[2]), w[3], Width(w[0])); break;
            case "move" when w[2][0] == 'R': a.Move(Reg(w[1]), Reg(w[2])); break;
            case "move": a.Move(Reg(w[1]), int.Parse(w[2])); break;
            case "constant": a.LoadConstant(Reg(w[1]), w[2].StartsWith("0x") ? Convert.ToUInt64(w[2], 16) : ulong.Parse(w[2])); break;
            case "big": a.ToBigEndian(Reg(w[1]), int.Parse(w[2])); break;
            case "load": a.Load(Size(w[1]), Reg(w[2]), Reg(w[3]), int.Parse(w[4])); break;
            case "store": a.Store(Size(w[1]), Reg(w[2]), int.Parse(w[3]), Reg(w[4])); break;
            case "storei": a.StoreImmediate(Size(w[1]), Reg(w[2]), int.Parse(w[3]), int.Parse(w[4])); break;
            case "atomic": a.AtomicAdd(Size(w[1]), Reg(w[2]), int.Parse(w[3]), Reg(w[4])); break;
            case "jump" when w.Length == 1: a.Jump(target); break;
            case "jump" or "jump32": Jump(a, target, Enum.Parse<JumpCondition>(w[1]), Reg(w[2]), w[3], Width(w[0])); break;
            case "maygoto": a.MayGoto(target); break;
            case "arena": a.CastToArena(Reg(w[1])); break;
            case "call": a.Call(Enum.Parse<Helper>(w[1])); break;
            case "function": a.Call(target); break;
            case "address": a.LoadFunction(Reg(w[1]), target); break;
            case "exit": a.Exit(); break;
            case "map": a.LoadMap(Reg(w[1]), w[2]); break;
            case "value": a.LoadMapValue(Reg(w[1]), w[2], int.Parse(w[3])); break;
            case "kernel": a.CallKernel(w[1]); break;
            case "type": a.LoadKernelType(Reg(w[1]), w[2]); break;
            case "member": a.LoadMember(Size(w[1]), Reg(w[2]), Reg(w[3]), w[4], w[5], w.Length > 6 ? int.Parse(w[6]) : -1); break;
            default: throw new ArgumentException($"the vectors' word {w[0]} is unknown");
        }
    }

    private static void Alu(Assembler a, AluOperation operation, Register destination, string source, OperandWidth width)
    {
        if (source[0] == 'R')
        {
            a.Alu(operation, destination, Reg(source), width);
        }
        else
        {
            a.Alu(operation, destination, int.Parse(source), width);
        }
    }

    private static void Jump(Assembler a, Label target, JumpCondition condition, Register left, string right, OperandWidth width)
    {
        if (right[0] == 'R')
        {
            a.Jump(condition, left, Reg(right), target, width);
        }
        else
        {
            a.Jump(condition, left, int.Parse(right), target, width);
        }
    }

    private static Register Reg(string name) => Enum.Parse<Register>(name);

    private static MemorySize Size(string name) => Enum.Parse<MemorySize>(name);

    private static OperandWidth Width(string verb) => verb.EndsWith("32") ? OperandWidth.Bits32 : OperandWidth.Bits64;
}
