using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>
/// The free elements behind those in use, a section each. What is taken counts as used before anything is written to it, so
/// that nobody takes again what a killed writer may have led packets to.
/// </summary>
internal sealed class SpareRoom(ImageMemory image)
{
    private ImageCapacity Capacity => image.Layout.Capacity;

    internal int UsedEntries => Used(ChangeFormat.UsedEntries);

    internal int UsedRecords => Used(ChangeFormat.UsedRecords);

    internal int UsedChains => Used(ChangeFormat.UsedChains);

    internal int UsedOps => Used(ChangeFormat.UsedOps);

    /// <summary>Whether that many are free.</summary>
    internal bool Has(int entries = 0, int refs = 0, int nodes = 0, int records = 0, int ops = 0) =>
        Used(ChangeFormat.UsedEntries) + (long)entries <= Capacity.Entries && Used(ChangeFormat.UsedRefs) + (long)refs <= Capacity.Refs
        && Used(ChangeFormat.UsedNodes) + (long)nodes <= Capacity.Nodes && Used(ChangeFormat.UsedRecords) + (long)records <= Capacity.Records
        && Used(ChangeFormat.UsedOps) + (long)ops <= Capacity.Ops;

    /// <summary>The index of the first of the elements taken, which the caller knows to be free.</summary>
    internal int TakeEntries(int count) => Take(ChangeFormat.UsedEntries, count);

    internal int TakeRefs(int count) => Take(ChangeFormat.UsedRefs, count);

    internal int TakeNodes(int count) => Take(ChangeFormat.UsedNodes, count);

    internal int TakeRecords(int count) => Take(ChangeFormat.UsedRecords, count);

    internal int TakeOps(int count) => Take(ChangeFormat.UsedOps, count);

    /// <summary>Null where there is none.</summary>
    internal int? TryTakeChain() => UsedChains < Capacity.Chains ? Take(ChangeFormat.UsedChains, 1) : null;

    /// <summary>The number of the next memory of a question.</summary>
    internal int TakeCell() => Take(ChangeFormat.UsedCells, 1);

    /// <summary>The number of the next statement that counts connections.</summary>
    internal int TakeCount() => Take(ChangeFormat.UsedCounts, 1);

    private int Used(int counter) => (int)image.U32(image.Layout.Changes + counter);

    private int Take(int counter, int count)
    {
        int first = Used(counter);
        image.Publish32(image.Layout.Changes + counter, (uint)(first + count));
        return first;
    }
}
