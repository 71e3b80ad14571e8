using MiniFirewall.Asm;
using MiniFirewall.Lessons.Rules;
using static MiniFirewall.Lessons.Programs.NetfilterCode;

namespace MiniFirewall.Lessons.Programs;

/// <summary>Rules as instructions: what a rule does not ask for costs nothing.</summary>
internal static class RulesProgram
{
    private const Register Header = Register.R9;
    private const int DestinationPort = 2;

    /// <summary>The program on the hook: a jump into whatever is in the slot; it comes back only where the slot is empty.</summary>
    internal static ProgramSpec MakeDispatcher() => Program("dispatcher", code =>
    {
        code.Move(Register.R1, Context);
        code.LoadMap(Register.R2, "slot");
        code.Move(Register.R3, 0);
        code.Call(Helper.TailCall);
        code.Return(Accept);
    });

    internal static ProgramSpec Make(LessonRule[] rules) => Program("rules", code =>
    {
        for (int i = 0; i < rules.Length; i++)
        {
            WriteRule(code, rules[i], i * LessonRule.Size);
        }

        code.Return(Accept);
    });

    private static void WriteRule(Assembler code, LessonRule rule, int counter)
    {
        Label next = code.DefineLabel();
        if (rule.Protocol != 0)
        {
            code.UnlessProtocol(rule.Protocol, next);
        }

        if (rule.SourceMask != 0)
        {
            code.LoadMember(MemorySize.Word, Register.R1, Ip, "iphdr", "saddr");
            code.Alu(AluOperation.And, Register.R1, (int)rule.SourceMask, OperandWidth.Bits32);
            code.Jump(JumpCondition.NotEqual, Register.R1, (int)rule.Source, next, OperandWidth.Bits32);
        }

        if (rule.Port != 0)
        {
            code.TransportHeader(Header, next);
            code.Load(MemorySize.Half, Register.R1, Header, DestinationPort);
            code.Jump(JumpCondition.NotEqual, Register.R1, rule.Port, next);
        }

        code.LoadMapValue(Register.R1, "rules", counter);
        code.Move(Register.R2, 1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R1, 0, Register.R2);
        code.Return(rule.Drop == 1 ? Drop : Accept);
        code.Mark(next);
    }
}
