using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks which node of a cluster a packet's connection is for (net/netfilter/xt_cluster.c, include/linux/jhash.h).</summary>
internal sealed class ClusterNodeEmitter(ClusterNodeIn question, QuestionFunction function)
{
    private const int WordBytes = 4, Words = QuestionFunction.StackTop - (4 * WordBytes);

    private static readonly Register[] s_state = [Register.R1, Register.R2, Register.R3];

    private readonly Assembler _code = function.Code;

    internal static void Emit(ClusterNodeIn question, QuestionFunction function) => new ClusterNodeEmitter(question, function).Emit();

    private void Emit()
    {
        Label known = _code.DefineLabel("address known");
        function.AnswerWithoutConnection(question);
        ConnectionAddressEmitter.EmitHalves(function, ConnectionEnd.OriginalSource, isMaster: true, EmitStore, known);
        _code.Mark(known);
        if (function.Family == Family.IPv4)
        {
            EmitHash(WordBytes, [0]);
        }
        else
        {
            EmitHash(4 * WordBytes, [0, 1, 2]);
            EmitMix();
            EmitAdd(s_state[0], 3);
        }

        EmitFinal();
        _code.Move(Register.R1, Register.R3);
        _code.LoadConstant(Register.R2, question.Total);
        _code.Alu(AluOperation.Multiply, Register.R1, Register.R2);
        _code.Alu(AluOperation.ShiftRight, Register.R1, 32);
        _code.LoadConstant(Register.R2, question.Nodes);
        _code.Alu(AluOperation.ShiftRight, Register.R2, Register.R1);
        _code.Alu(AluOperation.And, Register.R2, 1);
        _code.Jump(JumpCondition.NotEqual, Register.R2, 0, function.Yes);
    }

    /// <summary>Words are hashed as they lie in memory.</summary>
    private void EmitStore(bool isHigh)
    {
        bool isV4 = function.Family == Family.IPv4;
        _code.ToBigEndian(Register.R1, isV4 ? 32 : 64);
        _code.Store(isV4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R10, Words + (isV4 || isHigh ? 0 : 8), Register.R1);
    }

    private void EmitHash(int bytes, ReadOnlySpan<int> words)
    {
        foreach (Register register in s_state)
        {
            _code.LoadConstant(register, unchecked(KernelHash.Start + (uint)bytes + question.Seed));
        }

        foreach (int word in words)
        {
            EmitAdd(s_state[word], word);
        }
    }

    private void EmitAdd(Register register, int word)
    {
        _code.Load(MemorySize.Word, Register.R4, Register.R10, Words + (WordBytes * word));
        _code.Alu(AluOperation.Add, register, Register.R4, OperandWidth.Bits32);
    }

    private void EmitMix()
    {
        foreach ((int target, int other, int bits, int added) in KernelHash.MixSteps)
        {
            _code.Alu(AluOperation.Subtract, s_state[target], s_state[other], OperandWidth.Bits32);
            EmitTurned(s_state[other], bits);
            _code.Alu(AluOperation.Xor, s_state[target], Register.R4, OperandWidth.Bits32);
            _code.Alu(AluOperation.Add, s_state[other], s_state[added], OperandWidth.Bits32);
        }
    }

    private void EmitFinal()
    {
        foreach ((int target, int other, int bits) in KernelHash.FinalSteps)
        {
            _code.Alu(AluOperation.Xor, s_state[target], s_state[other], OperandWidth.Bits32);
            EmitTurned(s_state[other], bits);
            _code.Alu(AluOperation.Subtract, s_state[target], Register.R4, OperandWidth.Bits32);
        }
    }

    /// <summary>R4 = the register's 32 bits, turned left.</summary>
    private void EmitTurned(Register register, int bits)
    {
        _code.Alu(AluOperation.Move, Register.R4, register, OperandWidth.Bits32);
        _code.Alu(AluOperation.ShiftLeft, Register.R4, bits, OperandWidth.Bits32);
        _code.Alu(AluOperation.Move, Register.R5, register, OperandWidth.Bits32);
        _code.Alu(AluOperation.ShiftRight, Register.R5, 32 - bits, OperandWidth.Bits32);
        _code.Alu(AluOperation.Or, Register.R4, Register.R5, OperandWidth.Bits32);
    }
}
