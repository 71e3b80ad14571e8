using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Bench;

/// <summary>Elements and addresses for <see cref="SetBench"/>; the same in every run.</summary>
internal static class SetSamples
{
    /// <summary>Networks of 16 to 32 bits, each length about as often as in block lists and routing tables: 24 and 32 lead.</summary>
    internal static SetElement[] Networks(int count)
    {
        var random = new Random(1);
        var seen = new HashSet<SetElement>();
        while (seen.Count < count)
        {
            int pick = random.Next(100);
            int prefix = pick < 40 ? 24 : pick < 75 ? 32 : pick < 95 ? random.Next(20, 24) : pick < 99 ? random.Next(25, 32) : random.Next(16, 20);
            seen.Add(Element((uint)random.NextInt64(1L << 32), prefix));
        }

        return [.. seen];
    }

    internal static SetElement[] Addresses(int count)
    {
        var random = new Random(2);
        var seen = new HashSet<SetElement>();
        while (seen.Count < count)
        {
            seen.Add(Element((uint)random.NextInt64(1L << 32), 32));
        }

        return [.. seen];
    }

    internal static uint[] Inside(SetElement[] elements, int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            SetElement element = elements[random.Next(elements.Length)];
            uint host = element.FirstPrefix == 32 ? 0 : (uint)random.NextInt64(1L << (32 - element.FirstPrefix));
            return (uint)element.First | host;
        })];
    }

    internal static uint[] Anywhere(int count)
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, count).Select(_ => (uint)random.NextInt64(1L << 32))];
    }

    private static SetElement Element(uint address, int prefix) => new()
    {
        Families = FamilySet.IPv4,
        First = address >> (32 - prefix) << (32 - prefix),
        FirstPrefix = (byte)prefix,
    };
}
