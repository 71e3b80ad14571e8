using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;

namespace MiniFirewall.Compiler.Findings;

/// <summary>
/// A slot of the map <see cref="WellKnownMaps.Findings"/>: what the kernel's matches have found of a packet, for the rules' program behind the chains that ask
/// them on the same hook. Where it is, whose and since when is as in <see cref="ChangeSlot"/>.
/// </summary>
public static class FindingSlot
{
    /// <summary>u32 each: the number of a match that has been asked, its lowest bit set where it holds; 0 where there are no more.</summary>
    internal const int Matches = 16;

    /// <summary>Different matches that a packet may be asked about.</summary>
    public const int MostMatches = 8;

    internal const int MapSize = ChangeSlot.MapSize;

    internal static int MatchAt(int index) => Matches + (index * sizeof(uint));

    /// <summary>Goes through a slot's matches, each in R1.</summary>
    internal static void EmitEach(Assembler code, Register slot, Action<int> emit)
    {
        for (int i = 0; i < MostMatches; i++)
        {
            code.Load(MemorySize.Word, Register.R1, slot, MatchAt(i));
            emit(i);
        }
    }
}
