namespace MiniFirewall.Policy.Questions;

/// <summary>A number for something that the kernel's xtables are told, by which programs and chains know it: a hash (FNV-1a) of name, revision and structure.</summary>
internal static class KernelNumber
{
    private const uint FnvOffset = 2166136261, FnvPrime = 16777619;

    internal static uint Of(string name, byte revision, ValueArray<byte> information)
    {
        uint hash = FnvOffset;
        foreach (byte part in name.Select(letter => (byte)letter).Append(revision).Concat(information))
        {
            hash = (hash ^ part) * FnvPrime;
        }

        return hash;
    }

    /// <summary>For what is asked in front of the rules: even, and not 0, so that the lowest bit can say what has been found.</summary>
    internal static uint OfAsked(string name, byte revision, ValueArray<byte> information) => Math.Max(Of(name, revision, information) & ~1u, 2);
}
