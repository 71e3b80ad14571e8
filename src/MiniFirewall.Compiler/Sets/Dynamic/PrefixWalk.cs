using MiniFirewall.Asm;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>
/// Walks over the prefix lengths that a set's elements have for one of its addresses, the longest first, and cuts the key's address
/// to each. R9 is the set's header.
/// </summary>
/// <param name="whole">Where the whole address is on the stack, as the key has it: the key's own place where the walk ends at the first.</param>
/// <param name="state">Sixteen bytes of the stack: lengths that are left of a word, and the word's number.</param>
internal sealed class PrefixWalk(QuestionFunction function, DynamicSetKey key, bool isFirst, int whole, int state)
{
    internal const Register Header = Register.R9;

    private const int Words = 3;
    private const Register Length = Register.R1;

    private readonly Assembler _code = function.Code;
    private readonly int _lengths = DynamicSetLayout.LengthsOf(function.Family, isFirst), _counts = DynamicSetLayout.CountsOf(function.Family, isFirst);

    private bool IsV4 => function.Family == Family.IPv4;

    private int WordAt => state + 8;

    /// <summary>At most: a length each, and what goes to the next word and to the end.</summary>
    private int Turns => DynamicSet.WidthOf(function.Family) + 1 + Words;

    private int PrefixAt => key.At + (isFirst ? DynamicSetLayout.FirstPrefix : DynamicSetLayout.SecondPrefix);

    internal void EmitBegin()
    {
        _code.Load(MemorySize.DoubleWord, Register.R1, Header, _lengths);
        _code.Store(MemorySize.DoubleWord, Register.R10, state, Register.R1);
        if (!IsV4)
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, Header, DynamicSetLayout.Zero);
            _code.Store(MemorySize.DoubleWord, Register.R10, WordAt, Register.R1);
        }
    }

    /// <summary>Goes on with the next length that some element has, or to <paramref name="end"/>, with another prefix length in the key. Loses R0 to R5.</summary>
    internal void EmitNext(Label end)
    {
        Label again = _code.DefineLabel("next length"), take = _code.DefineLabel("take length");
        _code.Mark(again);
        _code.MayGoto(end, Turns, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, state);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, take);
        EmitNextWord(again, end);
        _code.Mark(take);
        EmitTake();
        _code.Move(Register.R2, Length);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, 2);
        _code.Alu(AluOperation.Add, Register.R2, Header);
        _code.Load(MemorySize.Word, Register.R3, Register.R2, _counts);
        _code.Jump(JumpCondition.Equal, Register.R3, 0, again);
        EmitCut();
    }

    /// <summary>The key's prefix is a whole address again.</summary>
    internal void EmitWhole() => _code.StoreImmediate(MemorySize.Byte, Register.R10, PrefixAt, DynamicSet.WidthOf(function.Family));

    /// <summary>Says that one element more, or less, has the key's prefix length. Loses R1 to R3.</summary>
    internal void EmitCount(int change)
    {
        _code.Load(MemorySize.Byte, Length, Register.R10, PrefixAt);
        _code.Move(Register.R2, Length);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, 2);
        _code.Alu(AluOperation.Add, Register.R2, Header);
        _code.Move(Register.R3, change);
        _code.AtomicAdd(MemorySize.Word, Register.R2, _counts, Register.R3);
        if (change > 0)
        {
            EmitAnnounce();
        }
    }

    private void EmitAnnounce()
    {
        Label known = _code.DefineLabel("length known");
        _code.Move(Register.R2, DynamicSet.WidthOf(function.Family));
        _code.Alu(AluOperation.Subtract, Register.R2, Length);
        _code.Move(Register.R3, Register.R2);
        _code.Alu(AluOperation.ShiftRight, Register.R3, 6);
        _code.Alu(AluOperation.And, Register.R3, IsV4 ? 0 : Words);
        _code.Alu(AluOperation.ShiftLeft, Register.R3, 3);
        _code.Alu(AluOperation.Add, Register.R3, Header);
        _code.Alu(AluOperation.And, Register.R2, 63);
        _code.Move(Register.R1, 1);
        _code.Alu(AluOperation.ShiftLeft, Register.R1, Register.R2);
        _code.Load(MemorySize.DoubleWord, Register.R2, Register.R3, _lengths);
        _code.Alu(AluOperation.And, Register.R2, Register.R1);
        _code.Jump(JumpCondition.NotEqual, Register.R2, 0, known);
        _code.AtomicOr(MemorySize.DoubleWord, Register.R3, _lengths, Register.R1);
        _code.Mark(known);
    }

    private void EmitNextWord(Label again, Label end)
    {
        if (IsV4)
        {
            _code.Jump(end);
            return;
        }

        _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, WordAt);
        _code.Alu(AluOperation.Add, Register.R2, 1);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R2, Words, end);

        // The verifier forgets what it knows of the number: else each word's turns would be others to it.
        _code.Load(MemorySize.DoubleWord, Register.R1, Header, DynamicSetLayout.Zero);
        _code.Alu(AluOperation.Or, Register.R1, Register.R2);
        _code.Store(MemorySize.DoubleWord, Register.R10, WordAt, Register.R1);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, 3);
        _code.Alu(AluOperation.Add, Register.R2, Header);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R2, _lengths);
        _code.Store(MemorySize.DoubleWord, Register.R10, state, Register.R1);
        _code.Jump(again);
    }

    /// <summary>R1, and the key's prefix length, = the longest that is left in R1's bits, which is then left no more.</summary>
    private void EmitTake()
    {
        _code.Move(Register.R2, Register.R1);
        _code.Alu(AluOperation.Negate, Register.R2, 0);
        _code.Alu(AluOperation.And, Register.R2, Register.R1);
        _code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        _code.Store(MemorySize.DoubleWord, Register.R10, state, Register.R1);
        _code.LoadConstant(Register.R3, SetLayout.DeBruijn);
        _code.Alu(AluOperation.Multiply, Register.R2, Register.R3);
        _code.Alu(AluOperation.ShiftRight, Register.R2, 58);
        _code.Alu(AluOperation.Add, Register.R2, Header);
        _code.Load(MemorySize.Byte, Register.R2, Register.R2, DynamicSetLayout.BitTable);
        if (!IsV4)
        {
            _code.Load(MemorySize.DoubleWord, Register.R3, Register.R10, WordAt);
            _code.Alu(AluOperation.ShiftLeft, Register.R3, 6);
            _code.Alu(AluOperation.Add, Register.R2, Register.R3);
        }

        _code.Move(Length, DynamicSet.WidthOf(function.Family));
        _code.Alu(AluOperation.Subtract, Length, Register.R2);
        _code.Alu(AluOperation.And, Length, byte.MaxValue);
        _code.Store(MemorySize.Byte, Register.R10, PrefixAt, Length);
    }

    private void EmitCut()
    {
        int place = key.PlaceOf(isFirst);
        _code.Alu(AluOperation.ShiftLeft, Length, IsV4 ? 3 : 4);
        _code.Alu(AluOperation.Add, Length, Header);
        if (DynamicSetLayout.IsShort(key.Set))
        {
            EmitCut(DynamicSetLayout.MasksV4, MemorySize.Word, whole, place);
        }
        else if (IsV4)
        {
            EmitCut(DynamicSetLayout.MasksV4, MemorySize.DoubleWord, whole + 8, place + 8);
        }
        else
        {
            EmitCut(DynamicSetLayout.MasksV6, MemorySize.DoubleWord, whole, place);
            EmitCut(DynamicSetLayout.MasksV6 + 8, MemorySize.DoubleWord, whole + 8, place + 8);
        }
    }

    private void EmitCut(int mask, MemorySize size, int from, int to)
    {
        _code.Load(MemorySize.DoubleWord, Register.R2, Length, mask);
        _code.Load(size, Register.R3, Register.R10, from);
        _code.Alu(AluOperation.And, Register.R3, Register.R2);
        _code.Store(size, Register.R10, to, Register.R3);
    }
}
