using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Tests a number of the packet against one of the rule. It writes no jump whose outcome the verifier could tell: behind a loop such
/// a jump has it keep exact numbers, and then no turn of the loop looks like another.
/// </summary>
internal static class NumberTestEmitter
{
    /// <summary>Goes to <paramref name="fails"/> where the test does not hold for the register's number. Loses R4.</summary>
    /// <param name="least">What the number is at least, as the verifier knows, and <paramref name="most"/> at most.</param>
    internal static void Emit(Assembler code, Register number, uint least, uint most, NumberTest test, Label fails)
    {
        bool isNever = test.Low > test.High || test.Low > most || test.High < least;
        bool isAlways = test.Low <= least && test.High >= most;
        if (isNever || isAlways)
        {
            if (isAlways == test.Negated)
            {
                code.Jump(fails);
            }

            return;
        }

        Label outside = code.DefineLabel("outside");
        if (test.Low > least)
        {
            code.LoadConstant(Register.R4, test.Low);
            code.Jump(JumpCondition.Less, number, Register.R4, test.Negated ? outside : fails);
        }

        if (test.High < most)
        {
            code.LoadConstant(Register.R4, test.High);
            code.Jump(test.Negated ? JumpCondition.LessOrEqual : JumpCondition.Greater, number, Register.R4, fails);
        }
        else if (test.Negated)
        {
            code.Jump(fails);
        }

        code.Mark(outside);
    }
}
