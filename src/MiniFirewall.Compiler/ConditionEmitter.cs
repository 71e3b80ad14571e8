using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Computes conditions without branches, into a register that is not zero where the condition does NOT hold. A statement
/// then needs one branch for all its tests, which keeps the verifier's pending branches, and mispredictions, few.
/// </summary>
internal sealed class ConditionEmitter(Assembler code, Family family)
{
    private const int DeepestNesting = 3;

    private readonly LeafEmitter _leaves = new(code, family);

    /// <summary>Puts "does not hold" into R1: zero or not. Loses R1 to R5, and eight bytes of stack a nesting level.</summary>
    internal void EmitMiss(Condition condition, BlockPlace place) => Emit(condition, Register.R1, place.FirstTemporary, 0);

    private Width Emit(Condition condition, Register result, int temporary, int depth) => condition switch
    {
        FieldTest test => _leaves.Emit(test, result),
        RangeTest test => _leaves.Emit(test, result),
        AnyOf any => Combine(any.Conditions, AluOperation.And, any.Negated, result, temporary, depth),
        AllOf all => Combine(all.Conditions, AluOperation.Or, all.Negated, result, temporary, depth),
        _ => throw new CompileException($"{condition.GetType().Name} inside another condition", Origin.None),
    };

    /// <summary>Misses of any-of are and-ed, those of all-of or-ed; each as one bit.</summary>
    private Width Combine(ImmutableArray<Condition> conditions, AluOperation operation, bool negated, Register result, int temporary, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new CompileException("conditions nest too deeply", Origin.None);
        }

        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, temporary, operation == AluOperation.And ? 1 : 0);
        foreach (Condition condition in conditions)
        {
            _leaves.ToBit(Register.R2, Emit(condition, Register.R2, temporary - 8, depth + 1));
            code.Load(MemorySize.DoubleWord, Register.R3, Register.R10, temporary);
            code.Alu(operation, Register.R3, Register.R2);
            code.Store(MemorySize.DoubleWord, Register.R10, temporary, Register.R3);
        }

        code.Load(MemorySize.DoubleWord, result, Register.R10, temporary);
        if (negated)
        {
            code.Alu(AluOperation.Xor, result, 1);
        }

        return Width.Bit;
    }
}

/// <summary>What a register holds that says "zero or not": one bit, 32 bits zero-extended, or all 64.</summary>
internal enum Width
{
    Bit,
    Bits32,
    Bits64,
}
