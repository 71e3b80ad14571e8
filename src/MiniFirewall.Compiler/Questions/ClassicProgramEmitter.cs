using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Writes a program of classic BPF as one of eBPF, an instruction after the other (net/core/filter.c, bpf_convert_filter).</summary>
internal sealed class ClassicProgramEmitter(ClassicProgram program, QuestionFunction function)
{
    private const int Number = QuestionFunction.StackTop - 8;
    private const int Memory = Number - (4 * ClassicProgram.MemoryWords);
    private const Register Accumulator = Register.R8, Index = Register.R9, Offset = Register.R4;

    private readonly Assembler _code = function.Code;
    private readonly Label[] _labels = [.. program.Instructions.Select((_, i) => function.Code.DefineLabel($"classic {i}"))];

    internal static void Emit(ClassicProgram program, QuestionFunction function) => new ClassicProgramEmitter(program, function).Emit();

    private void Emit()
    {
        function.EmitOpen();
        _code.Move(Accumulator, 0);
        _code.Move(Index, 0);
        for (int i = 0; i < _labels.Length; i++)
        {
            _code.Mark(_labels[i]);
            Emit(program.Instructions[i], i);
        }
    }

    private void Emit(ClassicInstruction instruction, int at)
    {
        switch (instruction.Class)
        {
            case ClassicClass.Load:
                EmitLoad(instruction);
                break;
            case ClassicClass.LoadIndex:
                EmitLoadIndex(instruction);
                break;
            case ClassicClass.Store:
                _code.Store(MemorySize.Word, Register.R10, WordAt(instruction), Accumulator);
                break;
            case ClassicClass.StoreIndex:
                _code.Store(MemorySize.Word, Register.R10, WordAt(instruction), Index);
                break;
            case ClassicClass.Arithmetic:
                EmitArithmetic(instruction);
                break;
            case ClassicClass.Jump:
                EmitJump(instruction, at);
                break;
            case ClassicClass.Return:
                EmitReturn(instruction);
                break;
            default:
                bool isToIndex = (instruction.Code & 0x80) == 0;
                _code.Move(isToIndex ? Index : Accumulator, isToIndex ? Accumulator : Index);
                break;
        }
    }

    private void EmitLoad(ClassicInstruction instruction)
    {
        if (instruction.Surrounding is { } surrounding)
        {
            EmitSurrounding(surrounding);
            return;
        }

        switch (instruction.Mode)
        {
            case ClassicMode.Absolute:
                _code.LoadConstant(Offset, instruction.K >= ClassicInstruction.NetworkHeader ? instruction.K - ClassicInstruction.NetworkHeader : instruction.K);
                EmitPacket(Accumulator, instruction.Size);
                break;
            case ClassicMode.Indirect:
                EmitIndirect(instruction);
                break;
            default:
                EmitPlain(Accumulator, instruction);
                break;
        }
    }

    private void EmitLoadIndex(ClassicInstruction instruction)
    {
        if (instruction.Mode != ClassicMode.HeaderLength)
        {
            EmitPlain(Index, instruction);
            return;
        }

        _code.LoadConstant(Offset, instruction.K);
        EmitPacket(Index, 1);
        _code.Alu(AluOperation.And, Index, 0x0f);
        _code.Alu(AluOperation.ShiftLeft, Index, 2);
    }

    /// <summary>A number, the packet's length, or a word of memory.</summary>
    private void EmitPlain(Register result, ClassicInstruction instruction)
    {
        switch (instruction.Mode)
        {
            case ClassicMode.Immediate:
                _code.LoadConstant(result, instruction.K);
                break;
            case ClassicMode.Length:
                function.LoadSkb(Register.R1);
                _code.LoadMember(MemorySize.Word, result, Register.R1, "sk_buff", "len");
                break;
            default:
                _code.Load(MemorySize.Word, result, Register.R10, WordAt(instruction));
                break;
        }
    }

    private void EmitIndirect(ClassicInstruction instruction)
    {
        Label plain = _code.DefineLabel("plain offset");
        _code.Move(Offset, Index);
        _code.Alu(AluOperation.Add, Offset, (int)instruction.K, OperandWidth.Bits32);
        _code.LoadConstant(Register.R5, ClassicInstruction.NetworkHeader);
        _code.Jump(JumpCondition.Less, Offset, Register.R5, plain);
        _code.Alu(AluOperation.Subtract, Offset, Register.R5);
        _code.Mark(plain);
        EmitPacket(Accumulator, instruction.Size);
    }

    /// <summary>result = bytes at <see cref="Offset"/>; the program ends with 0 where the packet does not have them.</summary>
    private void EmitPacket(Register result, int size)
    {
        function.EmitRead(Number, size, Offset, function.No);
        _code.Load(size switch { 4 => MemorySize.Word, 2 => MemorySize.Half, _ => MemorySize.Byte }, result, Register.R10, Number);
        if (size > 1)
        {
            _code.ToBigEndian(result, size * 8);
        }
    }

    private void EmitSurrounding(ClassicSurrounding surrounding)
    {
        switch (surrounding)
        {
            case ClassicSurrounding.Protocol:
                _code.Move(Accumulator, function.Family == Family.IPv4 ? 0x0800 : 0x86dd);
                break;
            case ClassicSurrounding.Mark:
                _code.Load(MemorySize.Word, Accumulator, QuestionFunction.Key, PacketKey.Mark);
                break;
            case ClassicSurrounding.Random:
                RandomChanceEmitter.EmitNumber(function, Accumulator);
                break;
            case ClassicSurrounding.XorIndex:
                _code.Alu(AluOperation.Xor, Accumulator, Index, OperandWidth.Bits32);
                break;
            default:
                throw new CompileException($"a program of classic BPF that asks for {surrounding}", Origin.None);
        }
    }

    private void EmitArithmetic(ClassicInstruction instruction)
    {
        AluOperation operation = (AluOperation)instruction.Operation;
        if (instruction.Operation == ClassicOperation.Negate)
        {
            _code.Alu(AluOperation.Negate, Accumulator, 0, OperandWidth.Bits32);
        }
        else if (instruction.UsesIndex)
        {
            if (instruction.Operation is ClassicOperation.Divide or ClassicOperation.Modulo)
            {
                _code.Jump(JumpCondition.Equal, Index, 0, function.No);
            }

            EmitWithIndex(instruction.Operation, operation);
        }
        else
        {
            _code.Alu(operation, Accumulator, (int)instruction.K, OperandWidth.Bits32);
        }
    }

    /// <summary>A shift is by the low five bits.</summary>
    private void EmitWithIndex(ClassicOperation operation, AluOperation alu)
    {
        _code.Move(Register.R1, Index);
        if (operation is ClassicOperation.ShiftLeft or ClassicOperation.ShiftRight)
        {
            _code.Alu(AluOperation.And, Register.R1, 31);
        }

        _code.Alu(alu, Accumulator, Register.R1, OperandWidth.Bits32);
    }

    private void EmitJump(ClassicInstruction instruction, int at)
    {
        if (instruction.Comparison == ClassicComparison.Always)
        {
            _code.Jump(_labels[at + 1 + (int)instruction.K]);
            return;
        }

        JumpCondition condition = instruction.Comparison switch
        {
            ClassicComparison.Equal => JumpCondition.Equal,
            ClassicComparison.Greater => JumpCondition.Greater,
            ClassicComparison.GreaterOrEqual => JumpCondition.GreaterOrEqual,
            _ => JumpCondition.Set,
        };
        Label target = _labels[at + 1 + instruction.JumpTrue];
        if (instruction.UsesIndex)
        {
            _code.Jump(condition, Accumulator, Index, target, OperandWidth.Bits32);
        }
        else
        {
            _code.Jump(condition, Accumulator, (int)instruction.K, target, OperandWidth.Bits32);
        }

        _code.Jump(_labels[at + 1 + instruction.JumpFalse]);
    }

    private void EmitReturn(ClassicInstruction instruction)
    {
        if ((instruction.Code & 0x18) == 0)
        {
            _code.Jump(instruction.K != 0 ? function.Yes : function.No);
            return;
        }

        _code.Jump(JumpCondition.NotEqual, Accumulator, 0, function.Yes);
        _code.Jump(function.No);
    }

    private static int WordAt(ClassicInstruction instruction) => Memory + (4 * (int)instruction.K);
}
