using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Lets credit grow with the ticks, and takes what a packet costs.</summary>
internal static class TokenBucketEmitter
{
    private const Register Now = Register.R7, Passes = Register.R8, Credit = Register.R1, Numbers = Register.R2, Scratch = Register.R4;

    internal static void Emit(TokenBucket question, QuestionFunction function)
    {
        Assembler code = function.Code;
        StateCell.EmitFind(function);
        EmitNow(function);
        StateCell.EmitChange(function, () => EmitChange(code));
        code.Jump(JumpCondition.NotEqual, Passes, 0, function.Yes);
        code.Jump(function.No);
    }

    /// <summary>The low 32 bits of the kernel's ticks.</summary>
    private static void EmitNow(QuestionFunction function)
    {
        Assembler code = function.Code;
        if (function.Prologue == PrologueKind.Test)
        {
            code.LoadMapValue(Register.R1, WellKnownMaps.TestInput, TestInputLayout.Jiffies);
            code.Load(MemorySize.Word, Now, Register.R1, 0);
            return;
        }

        code.Call(Helper.Jiffies64);
        code.Alu(AluOperation.Move, Now, Register.R0, OperandWidth.Bits32);
    }

    private static void EmitChange(Assembler code)
    {
        Label isBegun = code.DefineLabel("begun"), isFull = code.DefineLabel("full"), isCredit = code.DefineLabel("credit"), done = code.DefineLabel("done");
        StateCell.EmitLoad(code, Numbers, StateCell.First);
        code.Move(Scratch, Numbers);
        code.Alu(AluOperation.ShiftRight, Scratch, 32);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, isBegun);
        code.Mark(isFull);
        code.Move(Credit, Scratch);
        code.Jump(isCredit);
        code.Mark(isBegun);
        code.Move(Register.R5, Register.R0);
        code.Alu(AluOperation.ShiftRight, Register.R5, 32);
        code.Move(Credit, Now);
        code.Alu(AluOperation.Subtract, Credit, Register.R5, OperandWidth.Bits32);
        StateCell.EmitLoad(code, Register.R5, StateCell.Second);
        code.Alu(AluOperation.Multiply, Credit, Register.R5, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Credit, Register.R0, OperandWidth.Bits32);
        code.Jump(JumpCondition.Greater, Credit, Scratch, isFull);
        code.Mark(isCredit);
        code.Alu(AluOperation.Move, Numbers, Numbers, OperandWidth.Bits32);
        code.Move(Passes, 0);
        code.Jump(JumpCondition.Less, Credit, Numbers, done);
        code.Alu(AluOperation.Subtract, Credit, Numbers);
        code.Move(Passes, 1);
        code.Mark(done);
        code.Move(Scratch, Now);
        code.Alu(AluOperation.ShiftLeft, Scratch, 32);
        code.Alu(AluOperation.Or, Credit, Scratch);
    }
}
