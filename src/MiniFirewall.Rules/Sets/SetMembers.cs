using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Rules.Sets;

/// <summary>A set's elements by their prefix lengths, for the reference meaning (ip_set_hash_gen.h, mtype_test_cidrs): plain, and built without a look at the images.</summary>
internal sealed class SetMembers
{
    private readonly SortedDictionary<(int First, int Second), Dictionary<SetElement, bool>> _byLengths = [];

    internal SetMembers(ReadOnlySpan<SetElement> elements)
    {
        foreach (ref readonly SetElement element in elements)
        {
            // Long prefixes are to come first.
            (int, int) lengths = (-element.FirstPrefix, -element.SecondPrefix);
            if (!_byLengths.TryGetValue(lengths, out Dictionary<SetElement, bool>? same))
            {
                _byLengths.Add(lengths, same = []);
            }

            same[element.WithoutFlag()] = !element.NoMatch;
        }
    }

    /// <param name="wantsNoMatch">An element that says nomatch counts, and only such a one.</param>
    internal bool Holds(in SetElement packet, bool wantsNoMatch)
    {
        int width = packet.Families == FamilySet.IPv6 ? 128 : 32;
        foreach (((int first, int second), Dictionary<SetElement, bool> elements) in _byLengths)
        {
            SetElement cut = packet with
            {
                First = Cut(packet.First, -first, width),
                FirstPrefix = (byte)-first,
                Second = Cut(packet.Second, -second, width),
                SecondPrefix = (byte)-second,
            };
            if (elements.TryGetValue(cut, out bool holds))
            {
                return holds != wantsNoMatch;
            }
        }

        return false;
    }

    private static UInt128 Cut(UInt128 address, int prefix, int width)
    {
        int rest = width - prefix;
        return rest is < 0 or >= 128 ? 0 : address >> rest << rest;
    }
}
