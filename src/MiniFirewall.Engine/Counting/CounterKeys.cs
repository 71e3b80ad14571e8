using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Counting;

/// <summary>Makes the keys of places, which come in their order.</summary>
internal sealed class CounterKeys
{
    private const int New = -1;

    private readonly Dictionary<ulong, int> _seen = [];
    private readonly ImmutableArray<CounterKey>.Builder _keys = ImmutableArray.CreateBuilder<CounterKey>();

    internal static ulong HashOf(string chain) => TextHash.Of(Encoding.UTF8.GetBytes(chain));

    /// <param name="chain">The hash of its name.</param>
    /// <param name="text">The hash of the rule's canonical text; null for a policy.</param>
    internal void Add(ulong chain, Family family, ulong? text)
    {
        ulong place = TextHash.Mix(TextHash.Mix(chain, text ?? 0), ((ulong)family << 1) | (text is null ? 1u : 0));
        ref int seen = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_seen, place, out _);
        _keys.Add(new CounterKey(place, seen++));
    }

    /// <summary>A place that begins with counters of its own: like none before, and it takes no equal one's turn.</summary>
    internal void AddNew() => _keys.Add(new CounterKey(0, New));

    internal ImmutableArray<CounterKey> ToImmutable() => _keys.DrainToImmutable();
}
