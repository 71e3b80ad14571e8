using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>A program that is written anew from the instructions of another.</summary>
internal sealed class CodeCopy(CodeFlow flow)
{
    private readonly Dictionary<int, Label> _functions = [];

    internal Assembler Code { get; } = new();

    internal CodeFlow Flow => flow;

    /// <summary>The entry of the function that starts at an index of the old code.</summary>
    internal Label Function(int start)
    {
        if (!_functions.TryGetValue(start, out Label? label))
        {
            _functions.Add(start, label = Code.DefineLabel());
        }

        return label;
    }

    /// <summary>An instruction as it was; a jump goes where it is told.</summary>
    internal void Append(int at, Func<int, Label> jump)
    {
        Instruction instruction = flow.Code.Instructions[at];
        int target = flow.Target(at);
        Code.Append(instruction, target < 0 ? null : instruction.IsJump ? jump(target) : Function(target));
    }
}
