namespace MiniFirewall.Verification.Symbolic;

/// <summary>Diagrams of questions about eight bytes of the packet key under a mask. The key is little-endian: their bit i is bit i from the offset on.</summary>
internal sealed class WordDiagrams(Diagrams diagrams)
{
    internal int Below(int offset, ulong mask, ulong bound) => bound == 0 ? Diagrams.Never : AtMost(offset, mask, bound - 1);

    internal int AtMost(int offset, ulong mask, ulong bound)
    {
        int result = Diagrams.Always;
        for (int bit = 0; bit < 64; bit++)
        {
            bool isInBound = ((bound >> bit) & 1) != 0;
            if (((mask >> bit) & 1) == 0)
            {
                result = isInBound ? Diagrams.Always : result;
                continue;
            }

            int variable = diagrams.Variable(KeyVariables.OfBit(offset, bit));
            result = isInBound ? diagrams.IfThenElse(variable, result, Diagrams.Always) : diagrams.AndNot(result, variable);
        }

        return result;
    }
}
