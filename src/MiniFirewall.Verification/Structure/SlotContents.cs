namespace MiniFirewall.Verification.Structure;

/// <summary>The entries that each slot of a view leads to, each once a slot.</summary>
internal sealed class SlotContents
{
    private readonly List<int> _entries = [];
    private readonly List<(int Slot, uint Reference, int Start)> _slots = [];

    internal int Count => _slots.Count;

    internal void Begin(int slot, uint reference) => _slots.Add((slot, reference, _entries.Count));

    internal void Add(int entry) => _entries.Add(entry);

    internal (int Slot, uint Reference) this[int index] => (_slots[index].Slot, _slots[index].Reference);

    internal ReadOnlySpan<int> EntriesOf(int index)
    {
        int end = index + 1 < _slots.Count ? _slots[index + 1].Start : _entries.Count;
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_entries)[_slots[index].Start..end];
    }
}
