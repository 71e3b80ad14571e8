using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// How much stack the functions of a program that wait for one another have together, as kernels before 6.9 count it (kernel/bpf/verifier.c,
/// check_max_stack_depth): each frame a multiple of 32 bytes, and a callback that is named as good as called.
/// </summary>
public sealed class StackDepth
{
    /// <summary>Bytes that the kernel allows (MAX_BPF_STACK).</summary>
    public const int Most = 512;

    private const int Rounding = 32;

    private readonly int[] _frames, _depths;
    private readonly int[][] _called;

    private StackDepth(CodeFlow flow)
    {
        int count = flow.Functions.Length;
        _frames = new int[count];
        _depths = new int[count];
        _called = new int[count][];
        for (int i = 0; i < count; i++)
        {
            int start = flow.Functions[i].Start, end = flow.EndOf(i);
            _frames[i] = Math.Max(1, -StackUse.Lowest(flow, start, end));
            _called[i] = [.. Enumerable.Range(start, end - start).Where(at => IsCall(flow.Code.Instructions[at])).Select(at => flow.FunctionOf(flow.Target(at))).Distinct()];
        }
    }

    /// <summary>Bytes of the deepest chain of calls from the program's first function on.</summary>
    public static int Of(AssembledCode code) => new StackDepth(new CodeFlow(code)).From(0);

    private static bool IsCall(Instruction instruction) => instruction.IsFunctionCall || instruction.IsFunctionAddress;

    /// <summary>Programs have no recursion: the kernel refuses it.</summary>
    private int From(int function)
    {
        if (_depths[function] == 0)
        {
            _depths[function] = ((_frames[function] + Rounding - 1) & -Rounding) + _called[function].Select(From).DefaultIfEmpty().Max();
        }

        return _depths[function];
    }
}
