using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// IPsec has taken the packet out of states, or is to wrap it in states, that are as described (net/netfilter/xt_policy.c). Coming in, the
/// first description is of the state that was taken off last. Kernels before 2026 looked beside the descriptions where there were several of
/// what came in; later ones, and this, look at them in their order.
/// </summary>
/// <param name="IsOut">What the packet is to be wrapped in, else what it was taken out of.</param>
/// <param name="IsStrict">There are as many states as descriptions, each as its own; else there is one description, and some state is so.</param>
/// <param name="Elements">1 to 4 descriptions: what is asked of a state.</param>
public sealed record IpsecStatesAre(bool IsOut, bool IsStrict, ValueArray<ValueArray<IpsecAsk>> Elements) : Question
{
    public override bool Ask(Packet packet)
    {
        IpsecState[] states = [.. IsOut ? packet.IpsecRoute : (packet.IpsecPath ?? []).Reverse()];
        return IsStrict
            ? states.Length == Elements.Count && states.Zip(Elements).All(pair => Holds(pair.Second, pair.First))
            : states.Any(state => Holds(Elements[0], state));
    }

    private static bool Holds(ValueArray<IpsecAsk> element, IpsecState state) => element.All(ask => ask.Holds(state));
}
