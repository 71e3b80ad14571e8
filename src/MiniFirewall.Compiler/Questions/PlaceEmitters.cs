using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Questions about interfaces, processor and route.</summary>
internal static class PlaceEmitters
{
    private const Register Number = Register.R9;

    /// <summary>net/netfilter/xt_devgroup.c, devgroup_mt.</summary>
    internal static void Emit(InterfaceGroupIs question, QuestionFunction function)
    {
        const Register Mask = Register.R6;
        Assembler code = function.Code;
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Word, Number, question.IsIn ? TestInputLayout.InGroup : TestInputLayout.OutGroup);
        }
        else
        {
            function.LoadState(Number, question.IsIn ? "in" : "out");
            function.LoadFrom(MemorySize.Word, Number, Number, "net_device", "group");
        }

        function.SplitArgument(Mask);
        code.Alu(AluOperation.Xor, Number, QuestionFunction.Argument);
        code.Alu(AluOperation.And, Number, Mask);
        code.Jump(JumpCondition.Equal, Number, 0, function.Yes);
    }

    /// <summary>net/netfilter/xt_cpu.c, cpu_mt.</summary>
    internal static void Emit(RunsOnCpu _, QuestionFunction function)
    {
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Word, Register.R0, TestInputLayout.Cpu);
        }
        else
        {
            function.Code.Call(Helper.GetSmpProcessorId);
            function.Code.Alu(AluOperation.Move, Register.R0, Register.R0, OperandWidth.Bits32);
        }

        function.AnswerEqual(Register.R0, negated: false);
    }

    /// <summary>net/netfilter/xt_realm.c, realm_mt.</summary>
    internal static void Emit(RouteRealmIs _, QuestionFunction function)
    {
        const Register Mask = Register.R6;
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Word, Number, TestInputLayout.Realm);
        }
        else
        {
            EmitRoute(function, Number);
            function.LoadFrom(MemorySize.Word, Number, Number, "dst_entry", "tclassid");
        }

        function.SplitArgument(Mask);
        function.Code.Alu(AluOperation.And, Number, Mask);
        function.AnswerEqual(Number, negated: false);
    }

    /// <summary>net/netfilter/xt_policy.c, policy_mt, of what asks nothing of single states.</summary>
    internal static void Emit(IpsecIs question, QuestionFunction function)
    {
        Assembler code = function.Code;
        if (function.IsTest)
        {
            function.JumpUnlessPresent(
                question.Deed switch
                {
                    IpsecDeed.PathIsKept => TestInputLayout.HasPath,
                    IpsecDeed.Unwrapped => TestInputLayout.WasDecapsulated,
                    _ => TestInputLayout.WillBeEncapsulated,
                },
                function.No);
            code.Jump(function.Yes);
        }
        else if (question.Deed == IpsecDeed.WillBeWrapped)
        {
            EmitRoute(function, Number);
            function.LoadNumber(Number, Number, "dst_entry", "xfrm");
            code.Jump(JumpCondition.NotEqual, Number, 0, function.Yes);
        }
        else
        {
            SkbExtension.EmitFind(function, Number, "SKB_EXT_SEC_PATH", function.No);
            if (question.Deed == IpsecDeed.Unwrapped)
            {
                // An int until Linux 7.2, a byte since; its low byte is the number, at most XFRM_MAX_DEPTH (6).
                function.LoadFrom(MemorySize.Byte, Register.R1, Number, "sec_path", "len", plus: 0);
                code.Jump(JumpCondition.Equal, Register.R1, 0, function.No);
            }

            code.Jump(function.Yes);
        }
    }

    /// <summary>result = the packet's route (struct dst_entry), a number. Loses R0 to R5.</summary>
    internal static void EmitRoute(QuestionFunction function, Register result)
    {
        function.LoadSkbNumber(result);
        function.LoadNumber(result, result, "sk_buff", "_skb_refdst");
        function.Code.Alu(AluOperation.And, result, RouteOf.Mask);
    }
}
