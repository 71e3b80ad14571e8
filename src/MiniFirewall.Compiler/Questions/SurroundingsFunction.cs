using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// What emitters of questions about a packet's surroundings have in common: reading structs of the kernel's, or the test input.
/// Pointers are kept as numbers, for the verifier lets nobody calculate with the kernel's; reading through a number costs a cast
/// that becomes nothing (bpf_rdonly_cast), and what cannot be read is zero.
/// </summary>
internal static class SurroundingsFunction
{
    extension(QuestionFunction function)
    {
        /// <summary>Whether the surroundings are those of the test input.</summary>
        internal bool IsTest => function.Prologue == PrologueKind.Test;

        /// <summary>R0 = the number in a register, or the pointer, as a pointer to a struct. Loses R1 to R5.</summary>
        internal void Cast(Register from, string structName)
        {
            function.Code.Move(Register.R1, from);
            function.Code.LoadKernelType(Register.R2, structName);
            function.Code.CallKernel("bpf_rdonly_cast");
        }

        /// <summary>result = a member of 64 bits, as a number, of the struct that a register points to. Loses R0 to R5.</summary>
        internal void LoadNumber(Register result, Register from, string structName, string member, int plus = 0)
        {
            Assembler code = function.Code;
            code.Move(Register.R1, from);
            code.AddOffset(Register.R1, structName, member);
            if (plus != 0)
            {
                code.Alu(AluOperation.Add, Register.R1, plus);
            }

            function.LoadNumberAtR1(result);
        }

        /// <summary>result = the 64 bits that R1 points to, as a number. Loses R0 to R5.</summary>
        internal void LoadNumberAtR1(Register result)
        {
            function.Code.LoadKernelType(Register.R2, "in6_addr");
            function.Code.CallKernel("bpf_rdonly_cast");
            function.Code.Load(MemorySize.DoubleWord, result, Register.R0, 0);
        }

        /// <summary>result = a member of the struct that a register points to; R0 = that pointer. Loses R0 to R5.</summary>
        internal void LoadFrom(MemorySize size, Register result, Register from, string structName, string member, int plus = -1)
        {
            function.Cast(from, structName);
            function.Code.LoadMember(size, result, Register.R0, structName, member, plus);
        }

        /// <summary>result = the hook's state (struct nf_hook_state), a number. Loses R0 to R5.</summary>
        internal void LoadState(Register result, string member)
        {
            function.Code.Move(Register.R1, QuestionFunction.Context);
            function.LoadNumberAtR1(result);
            function.LoadNumber(result, result, "nf_hook_state", member);
        }

        /// <summary>result = the packet's sk_buff, a number. Loses R0 to R5.</summary>
        internal void LoadSkbNumber(Register result) => function.LoadNumber(result, QuestionFunction.Context, "bpf_nf_ctx", "skb");

        /// <summary>result = a number of the test input. Loses no other register.</summary>
        internal void LoadTest(MemorySize size, Register result, int offset)
        {
            function.Code.LoadMapValue(result, WellKnownMaps.TestInput, offset);
            function.Code.Load(size, result, result, 0);
        }

        /// <summary>Goes to the label where none of the bits is set in the test input. Loses R1.</summary>
        internal void JumpUnlessPresent(int bits, Label label)
        {
            function.LoadTest(MemorySize.Byte, Register.R1, TestInputLayout.Present);
            function.Code.Alu(AluOperation.And, Register.R1, bits);
            function.Code.Jump(JumpCondition.Equal, Register.R1, 0, label);
        }

        /// <summary>Yes where the register equals the argument, or where it does not, negated.</summary>
        internal void AnswerEqual(Register register, bool negated)
        {
            function.Code.Jump(negated ? JumpCondition.NotEqual : JumpCondition.Equal, register, QuestionFunction.Argument, function.Yes);
        }

        /// <summary>Splits the argument: high = its upper half, and the argument's register keeps the lower.</summary>
        internal void SplitArgument(Register high)
        {
            function.Code.Move(high, QuestionFunction.Argument);
            function.Code.Alu(AluOperation.ShiftRight, high, 32);
            function.Code.Alu(AluOperation.Move, QuestionFunction.Argument, QuestionFunction.Argument, OperandWidth.Bits32);
        }
    }
}
