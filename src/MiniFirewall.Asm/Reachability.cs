namespace MiniFirewall.Asm;

/// <summary>Finds the instructions that control can come to from the program's start; the verifier refuses any other.</summary>
internal static class Reachability
{
    private const byte JumpAlways = 0x05, Exit = 0x95;

    /// <param name="targets">Where an instruction with a label leads, by the instruction's index.</param>
    internal static bool[] Of(IReadOnlyList<Instruction> instructions, IReadOnlyDictionary<int, int> targets)
    {
        var reached = new bool[instructions.Count];
        var open = new Stack<int>([0]);
        while (open.TryPop(out int at))
        {
            while (at < instructions.Count && !reached[at])
            {
                reached[at] = true;
                if (targets.TryGetValue(at, out int target))
                {
                    open.Push(target);
                }

                if (instructions[at].Opcode is JumpAlways or Exit)
                {
                    break;
                }

                at++;
            }
        }

        return reached;
    }
}
