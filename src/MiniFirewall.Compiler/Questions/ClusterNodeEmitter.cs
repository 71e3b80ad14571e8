using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks which node of a cluster a packet's connection is for (net/netfilter/xt_cluster.c).</summary>
internal sealed class ClusterNodeEmitter(ClusterNodeIn question, QuestionFunction function)
{
    /// <summary>Of an address, what is hashed.</summary>
    private const int Word = QuestionFunction.StackTop - 8;

    private static readonly Register[] s_state = [Register.R1, Register.R2, Register.R3];

    private readonly Assembler _code = function.Code;

    internal static void Emit(ClusterNodeIn question, QuestionFunction function) => new ClusterNodeEmitter(question, function).Emit();

    private void Emit()
    {
        Label known = _code.DefineLabel("address known");
        function.AnswerWithoutConnection(question);
        ConnectionAddressEmitter.EmitHalves(function, ConnectionEnd.OriginalSource, isMaster: true, EmitKeep, known);
        _code.Mark(known);
        EmitHash();
        _code.LoadConstant(Register.R2, question.Total);
        _code.Alu(AluOperation.Multiply, Register.R3, Register.R2);
        _code.Alu(AluOperation.ShiftRight, Register.R3, 32);
        _code.LoadConstant(Register.R2, question.Nodes);
        _code.Alu(AluOperation.ShiftRight, Register.R2, Register.R3);
        _code.Alu(AluOperation.And, Register.R2, 1);
        _code.Jump(JumpCondition.NotEqual, Register.R2, 0, function.Yes);
    }

    /// <summary>Words are hashed as they lie in memory; of IPv6 the first.</summary>
    private void EmitKeep(bool isHigh)
    {
        if (isHigh || function.Family == Family.IPv4)
        {
            _code.ToBigEndian(Register.R1, isHigh ? 64 : 32);
            _code.Store(MemorySize.Word, Register.R10, Word, Register.R1);
        }
    }

    /// <summary>R3 = the hash.</summary>
    private void EmitHash()
    {
        foreach (Register register in s_state)
        {
            _code.LoadConstant(register, unchecked(KernelHash.Start + question.Seed));
        }

        _code.Load(MemorySize.Word, Register.R4, Register.R10, Word);
        _code.Alu(AluOperation.Add, s_state[0], Register.R4, OperandWidth.Bits32);
        foreach ((int target, int other, int bits) in KernelHash.Steps)
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
