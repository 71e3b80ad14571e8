using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Compiler.Findings;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Looks up what chains in front of the program have noted of the kernel's matches and targets (<see cref="FindingSlot"/>); a packet that is only described has no notes.</summary>
internal static class KernelFindingEmitter
{
    private const Register Slot = Register.R9, Skb = Register.R2;

    internal static void Emit(KernelMatchHolds _, QuestionFunction function)
    {
        if (!function.IsTest)
        {
            EmitSlot(function, function.No);
            function.Code.Alu(AluOperation.Or, QuestionFunction.Argument, 1);
            FindingSlot.EmitEach(function.Code, Slot, _ => function.Code.Jump(JumpCondition.Equal, Register.R1, QuestionFunction.Argument, function.Yes));
        }

        function.Code.Jump(function.No);
    }

    internal static void Emit(KernelUnasked _, QuestionFunction function)
    {
        if (function.IsTest)
        {
            function.Code.Jump(function.No);
            return;
        }

        EmitSlot(function, function.Yes);
        FindingSlot.EmitEach(function.Code, Slot, _ =>
        {
            function.Code.Alu(AluOperation.And, Register.R1, ~1, OperandWidth.Bits32);
            function.Code.Jump(JumpCondition.Equal, Register.R1, QuestionFunction.Argument, function.No);
        });
        function.Code.Jump(function.Yes);
    }

    /// <summary>The mark in the key is what later questions find.</summary>
    internal static void Emit(PacketMarkComputed _, QuestionFunction function)
    {
        if (!function.IsTest)
        {
            Assembler code = function.Code;
            EmitSlot(function, function.Yes);
            code.Alu(AluOperation.Or, QuestionFunction.Argument, 1);
            FindingSlot.EmitEach(code, Slot, i =>
            {
                Label next = code.DefineLabel("next number");
                code.Jump(JumpCondition.NotEqual, Register.R1, QuestionFunction.Argument, next);
                code.Load(MemorySize.Word, Register.R1, Slot, FindingSlot.MarkAt(i));
                code.Store(MemorySize.Word, QuestionFunction.Key, PacketKey.Mark, Register.R1);
                code.Jump(function.Yes);
                code.Mark(next);
            });
        }

        function.Code.Jump(function.Yes);
    }

    /// <summary>R9 = the packet's slot.</summary>
    private static void EmitSlot(QuestionFunction function, Label whereNone)
    {
        Assembler code = function.Code;
        Label found = code.DefineLabel("slot is found");
        function.LoadSkb(Skb);
        SlotSearch.Emit(code, Slot, Skb, found, SlotMap.Findings);
        code.Jump(whereNone);
        code.Mark(found);
    }
}
