using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>Makes of a program with may_goto the same one for kernels without it (before 6.9). Pure.</summary>
internal static class OldLoops
{
    /// <summary>Turns that such a kernel's verifier goes through, with all else that a program has.</summary>
    private const int MostTurns = 1300;

    /// <param name="main">How the loops of the program's first function become a callback; null where it has none.</param>
    /// <exception cref="OldKernelException">The program has loops that neither can be counted nor become a callback, or looks into an arena.</exception>
    internal static ProgramSpec Of(ProgramSpec spec, TurnPlan? main) => spec with { Code = Rewrite(new CodeFlow(spec.Code), main) };

    private static AssembledCode Rewrite(CodeFlow flow, TurnPlan? main)
    {
        if (flow.Code.Instructions.Any(instruction => instruction.IsArenaCast))
        {
            throw new OldKernelException("-m set takes memory of BPF programs: Linux 6.9 or newer is needed");
        }

        var liveness = new Liveness(flow, at => CallArguments.Of(flow, at));
        var copy = new CodeCopy(flow);
        for (int i = 0; i < flow.Functions.Length; i++)
        {
            (Function function, int start) = flow.Functions[i];
            int end = flow.EndOf(i);
            Instruction[] loops = [.. flow.Code.Instructions.AsSpan(start, end - start).ToArray().Where(instruction => instruction.IsMayGoto)];
            if (loops.All(loop => loop.Immediate > 0))
            {
                CountedLoop[] counted = CountedLoop.In(flow, start, end);
                RequireFewTurns(counted);
                new CountedLoops(copy, liveness).Write(function, start, end, counted);
            }
            else
            {
                new CalledLoops(copy, liveness, i == 0 && main is not null ? main : throw new OldKernelException("something in the rules takes loops of BPF programs (sets, -m recent): Linux 6.9 or newer is needed"), function, start, end).Write();
            }
        }

        return copy.Code.Finish();
    }

    private static void RequireFewTurns(CountedLoop[] loops)
    {
        long most = loops.Select(loop => loop.TurnsWithin(loops)).DefaultIfEmpty().Max();
        if (most > MostTurns)
        {
            throw new OldKernelException($"something in the rules (-m recent --hitcount, a set of pairs of IPv6 networks) takes {most} turns of a loop, this kernel goes through {MostTurns}: Linux 6.9 or newer is needed");
        }
    }
}
