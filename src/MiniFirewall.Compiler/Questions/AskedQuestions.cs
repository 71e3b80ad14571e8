using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Questions;

/// <summary>A question of some statement, and where it is asked.</summary>
internal readonly record struct AskedQuestion(Question Question, Family Family, Origin Origin);

/// <summary>The questions of programs, in their order. Most statements ask none, so whoever looks for some walks over these and not over all rules.</summary>
internal static class AskedQuestions
{
    internal static ImmutableArray<AskedQuestion> Of(ImmutableArray<PacketProgram> programs)
    {
        ImmutableArray<AskedQuestion>.Builder? asked = null;
        foreach (PacketProgram program in programs)
        {
            foreach (Block block in program.Blocks)
            {
                foreach (Statement statement in block.Statements)
                {
                    foreach (Step step in statement.Steps)
                    {
                        if (step.Question is { } question)
                        {
                            (asked ??= ImmutableArray.CreateBuilder<AskedQuestion>()).Add(new(question, program.Family, statement.Origin));
                        }
                    }
                }
            }
        }

        return asked?.ToImmutable() ?? [];
    }
}
