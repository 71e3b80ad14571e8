using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Compiler.Findings;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Looks up what chains in front of the program have noted of the kernel's matches (<see cref="FindingSlot"/>); a packet that is only described has no notes.</summary>
internal static class KernelMatchEmitter
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

    internal static void Emit(KernelMatchUnknown _, QuestionFunction function)
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

    /// <summary>R9 = the packet's slot.</summary>
    private static void EmitSlot(QuestionFunction function, Label whereNone)
    {
        Assembler code = function.Code;
        Label found = code.DefineLabel("slot is found");
        function.LoadSkb(Skb);
        SlotSearch.Emit(code, Slot, Skb, found, WellKnownMaps.Findings);
        code.Jump(whereNone);
        code.Mark(found);
    }
}
