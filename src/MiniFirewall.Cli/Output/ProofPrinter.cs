using MiniFirewall.Engine;
using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Output;

/// <summary>Gathers what was proved, from any thread, and prints it: a line a family.</summary>
internal sealed class ProofPrinter
{
    private readonly SortedDictionary<Family, ImageProof> _proofs = [];

    internal void Add(ImageProof proof)
    {
        lock (_proofs)
        {
            _proofs[proof.Family] = proof;
        }
    }

    internal void Print()
    {
        foreach (ImageProof proof in _proofs.Values)
        {
            Console.WriteLine(proof.HasImage
                ? $"{proof.Family}: proved: {proof.Statements} rules in {proof.Chains} chain{(proof.Chains == 1 ? "" : "s")}, {proof.Tuples} tuples, {proof.Regions} regions"
                : $"{proof.Family}: no list is long enough for the classifier; there is nothing to prove");
        }
    }
}
