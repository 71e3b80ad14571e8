using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>A program that is written anew from the instructions of another.</summary>
internal sealed class CodeCopy
{
    private readonly PlaceLabels _functions;

    internal CodeCopy(CodeFlow flow)
    {
        Flow = flow;
        Code = new();
        _functions = new(Code);
    }

    internal Assembler Code { get; }

    internal CodeFlow Flow { get; }

    /// <summary>The entry of the function that starts at an index of the old code.</summary>
    internal Label Function(int start) => _functions.Of(start);

    /// <summary>An instruction as it was; a jump goes where it is told.</summary>
    internal void Append(int at, Func<int, Label> jump)
    {
        Instruction instruction = Flow.Code.Instructions[at];
        int target = Flow.Target(at);
        Code.Append(instruction, target < 0 ? null : instruction.IsJump ? jump(target) : Function(target));
    }
}
