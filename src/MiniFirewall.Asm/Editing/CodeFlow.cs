using System.Collections.Immutable;

namespace MiniFirewall.Asm.Editing;

/// <summary>Finished code as a graph: where each instruction leads, by indexes of instructions rather than slots.</summary>
public sealed class CodeFlow
{
    private readonly int[] _targets;

    public CodeFlow(AssembledCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        Code = code;
        int count = code.Instructions.Length;
        Slots = new int[count + 1];
        for (int i = 0; i < count; i++)
        {
            Slots[i + 1] = Slots[i] + code.Instructions[i].Slots;
        }

        var indexes = new int[Slots[count] + 1];
        for (int i = 0; i <= count; i++)
        {
            indexes[Slots[i]] = i;
        }

        _targets = [.. code.Instructions.Select((instruction, i) => Distance(instruction) is { } distance ? indexes[Slots[i] + 1 + distance] : -1)];
        Functions = [.. code.Functions.Select(function => (function.Function, indexes[function.Slot]))];
    }

    public AssembledCode Code { get; }

    /// <summary>Functions, in their order, with the index of their first instruction.</summary>
    public ImmutableArray<(Function Function, int Start)> Functions { get; }

    /// <summary>The slot that each instruction begins at.</summary>
    internal int[] Slots { get; }

    /// <summary>Where a jump, a call of a function of the program or its address leads; -1 for others.</summary>
    public int Target(int at) => _targets[at];

    /// <summary>The index behind a function's last instruction.</summary>
    /// <param name="function">Its place in <see cref="Functions"/>.</param>
    public int EndOf(int function) => function + 1 < Functions.Length ? Functions[function + 1].Start : Code.Instructions.Length;

    /// <summary>The function that an instruction is in: its place in <see cref="Functions"/>.</summary>
    public int FunctionOf(int at)
    {
        int function = 0;
        while (function + 1 < Functions.Length && Functions[function + 1].Start <= at)
        {
            function++;
        }

        return function;
    }

    /// <summary>Where control may come to after an instruction; calls come back to the one behind them.</summary>
    public IEnumerable<int> Successors(int at)
    {
        Instruction instruction = Code.Instructions[at];
        if (instruction.IsJump)
        {
            yield return _targets[at];
        }

        if (!instruction.EndsFlow)
        {
            yield return at + 1;
        }
    }

    private static int? Distance(Instruction instruction) => instruction switch
    {
        { IsFunctionCall: true } or { IsFunctionAddress: true } => (int)instruction.Immediate,
        { IsJump: true } => instruction.Offset,
        _ => null,
    };
}
