namespace MiniFirewall.Asm.Editing;

/// <summary>Which registers somebody still reads behind an instruction.</summary>
public sealed class Liveness
{
    private readonly RegisterSet[] _before, _after;

    /// <param name="arguments">How many arguments the call at an index has.</param>
    public Liveness(CodeFlow flow, Func<int, int> arguments)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(arguments);
        int count = flow.Code.Instructions.Length;
        _before = new RegisterSet[count];
        _after = new RegisterSet[count];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = count - 1; i >= 0; i--)
            {
                changed |= Update(flow, i, arguments);
            }
        }
    }

    /// <summary>What is read after the instruction at an index, before it is written again.</summary>
    public RegisterSet After(int at) => _after[at];

    /// <summary>What is read from the instruction at an index on, before it is written.</summary>
    public RegisterSet Before(int at) => _before[at];

    private bool Update(CodeFlow flow, int at, Func<int, int> arguments)
    {
        RegisterSet after = default;
        foreach (int next in flow.Successors(at))
        {
            after = after.Or(_before[next]);
        }

        Instruction instruction = flow.Code.Instructions[at];
        var effects = new Effects(instruction, instruction.IsCall ? arguments(at) : 0);
        RegisterSet before = after.Without(effects.Writes).Or(effects.Reads);
        _after[at] = after;
        bool changed = before != _before[at];
        _before[at] = before;
        return changed;
    }
}
