using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Tests.Compiler.Sets;

/// <summary>A set's image holds what was put into it, after any changes, and finds it as a plain walk over the elements does.</summary>
public sealed class SetImageTests
{
    private static readonly SetShape[] Shapes =
    [
        new(1, SetPort.None), new(1, SetPort.WithProtocol), new(2, SetPort.None), new(2, SetPort.WithProtocol), new(0, SetPort.TcpOrUdp),
    ];

    [Fact]
    public void Elements_come_back()
    {
        foreach (SetShape shape in Shapes)
        {
            var random = new Random(1);
            SetElement[] elements = [.. Enumerable.Range(0, 5000).Select(_ => Random(random, shape)).DistinctBy(element => element.WithoutFlag())];
            Assert.Equal(Sorted(elements), Sorted(Build(shape, elements).Elements()));
        }
    }

    [Fact]
    public void Changes_are_what_a_dictionary_says()
    {
        foreach (SetShape shape in Shapes)
        {
            var random = new Random(2);
            var expected = new Dictionary<SetElement, SetElement>();
            SetImage image = Build(shape, [Random(random, shape)]);
            foreach (SetElement first in image.Elements())
            {
                expected.Add(first.WithoutFlag(), first);
            }

            int rebuilt = 0;
            for (int i = 0; i < 20_000; i++)
            {
                SetElement element = Random(random, shape);
                if (random.Next(3) == 0)
                {
                    Assert.Equal(expected.Remove(element.WithoutFlag()) ? SetChange.Done : SetChange.Nothing, image.Remove(element));
                    continue;
                }

                SetChange change = image.Add(element);
                if (change == SetChange.NeedsNewImage)
                {
                    image = Build(shape, [.. image.Elements(), element]);
                    rebuilt++;
                }
                else
                {
                    bool same = expected.TryGetValue(element.WithoutFlag(), out SetElement known) && known == element;
                    Assert.Equal(same ? SetChange.Nothing : SetChange.Done, change);
                }

                expected[element.WithoutFlag()] = element;
            }

            Assert.Equal(Sorted(expected.Values), Sorted(image.Elements()));
            Assert.Equal(expected.Count, image.Count);
            Assert.True(rebuilt is > 0 and < 2000, $"{rebuilt} images");
            Assert.All(expected.Values, element => Assert.Equal(element, image.Find(element)));
        }
    }

    [Fact]
    public void A_look_up_finds_the_most_specific_element()
    {
        foreach (SetShape shape in Shapes)
        {
            var random = new Random(3);
            SetElement[] elements = [.. Enumerable.Range(0, 60).Select(_ => Random(random, shape)).DistinctBy(element => element.WithoutFlag())];
            SetImage image = Build(shape, elements);
            int held = 0;
            for (int i = 0; i < 3000; i++)
            {
                SetElement packet = Random(random, shape) with { FirstPrefix = 0, SecondPrefix = 0, NoMatch = false };
                foreach (Family family in new[] { Family.IPv4, Family.IPv6 }.Where(family => packet.Families.Has(family)))
                {
                    bool expected = Plainly(elements, packet, family);
                    held += expected ? 1 : 0;
                    Assert.Equal(expected, image.Holds(packet, family));
                }
            }

            Assert.True(held > 20, $"{shape}: {held}");
        }
    }

    [Fact]
    public void All_pairs_of_lengths_that_there_are_can_be_in_one_set()
    {
        var shape = new SetShape(2, SetPort.None);
        SetElement[] elements =
        [
            .. Enumerable.Range(0, 33).SelectMany(first => Enumerable.Range(0, 33).Select(second => new SetElement
            {
                Families = FamilySet.IPv4,
                FirstPrefix = (byte)first,
                SecondPrefix = (byte)second,
                NoMatch = (first + second) % 2 == 0,
            })),
        ];
        SetImage image = Build(shape, elements);
        for (int first = 0; first < 33; first++)
        {
            for (int second = 0; second < 33; second++)
            {
                // An address whose first one bit is behind this many zeros fits prefixes up to that length.
                var packet = new SetElement { Families = FamilySet.IPv4, First = Behind(first), Second = Behind(second) };
                Assert.Equal((first + second) % 2 != 0, image.Holds(packet, Family.IPv4));
            }
        }

        static uint Behind(int zeros) => zeros == 32 ? 0 : 1u << (31 - zeros);
    }

    [Fact]
    public void A_million_networks_are_found_and_their_neighbours_are_not()
    {
        const int Count = 1_000_000;
        var random = new Random(4);
        var elements = new Dictionary<SetElement, bool>();
        while (elements.Count < Count)
        {
            int prefix = 18 + random.Next(15);
            elements.TryAdd(V4((uint)random.NextInt64(1L << 32), prefix), true);
        }

        var shape = new SetShape(1, SetPort.None);
        SetImage image = Build(shape, [.. elements.Keys]);
        Assert.Equal(Count, image.Count);
        Assert.InRange(image.Bytes / Count, 8, 40);
        int inside = 0;
        for (int i = 0; i < 200_000; i++)
        {
            uint address = (uint)random.NextInt64(1L << 32);
            bool expected = Enumerable.Range(0, 33).Any(prefix => elements.ContainsKey(V4(address, prefix)));
            inside += expected ? 1 : 0;
            Assert.Equal(expected, image.Holds(V4(address, 32), Family.IPv4));
        }

        Assert.InRange(inside, 1000, 199_000);
    }

    [Fact]
    public void An_arena_reuses_what_no_set_points_to()
    {
        Memory<byte> memory = new byte[(SetArena.Bytes / 64) + 1];
        var shape = new SetShape(1, SetPort.None);
        var arena = new SetArena(memory);
        SetElement[][] lists = [.. Enumerable.Range(0, 3).Select(set => Enumerable.Range(0, 1000 * (set + 1)).Select(i => V4((uint)((set << 24) + (i << 8)), 24)).ToArray())];
        for (int set = 0; set < lists.Length; set++)
        {
            arena.Put(set, arena.TryBuild(set, shape, lists[set])!.Value);
        }

        // Each round throws one image away; without reuse they would not fit.
        for (int round = 0; round < 3000; round++)
        {
            int set = round % lists.Length;
            var next = new SetArena(memory);
            ulong? word = next.TryBuild(set, shape, lists[set]);
            Assert.NotNull(word);
            next.Put(set, word.Value);
        }

        for (int set = 0; set < lists.Length; set++)
        {
            Assert.Equal(Sorted(lists[set]), Sorted(new SetArena(memory).Image(set, shape).Elements()));
        }
    }

    [Fact]
    public void A_copy_is_of_one_image_whatever_a_writer_does()
    {
        Memory<byte> memory = new byte[SetArena.Bytes / 64];
        var shape = new SetShape(1, SetPort.None);
        SetElement[][] lists = [.. Enumerable.Range(0, 2).Select(list => Enumerable.Range(0, 2000).Select(i => V4((uint)((list << 24) + (i << 8)), 24)).ToArray())];
        Put(0);
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            for (int i = 1; !stop.IsCancellationRequested; i++)
            {
                Put(i % 2);
            }
        });
        writer.Start();
        string[] expected = [.. lists.Select(list => string.Concat(Sorted(list)))];
        for (int i = 0; i < 200; i++)
        {
            Assert.Contains(string.Concat(Sorted(new SetArena(memory).Copy(0, shape).Elements())), expected);
        }

        stop.Cancel();
        writer.Join();

        void Put(int list)
        {
            var arena = new SetArena(memory);
            arena.Put(0, arena.TryBuild(0, shape, lists[list])!.Value);
        }
    }

    private static bool Plainly(SetElement[] elements, SetElement packet, Family family)
    {
        SetElement? best = null;
        foreach (SetElement element in elements.Where(element => element.Families.Has(family)))
        {
            bool fits = element.Port == packet.Port && element.Protocol == packet.Protocol
                && Cut(packet.First, element.FirstPrefix, family) == element.First && Cut(packet.Second, element.SecondPrefix, family) == element.Second;
            if (fits && (best is not { } other || (element.FirstPrefix, element.SecondPrefix).CompareTo((other.FirstPrefix, other.SecondPrefix)) > 0))
            {
                best = element;
            }
        }

        return best is { NoMatch: false };
    }

    /// <summary>An element near others: few bits of its addresses vary, and ports are few.</summary>
    private static SetElement Random(Random random, SetShape shape)
    {
        Family family = random.Next(2) == 0 ? Family.IPv4 : Family.IPv6;
        int width = family == Family.IPv4 ? 32 : 128;
        byte first = (byte)(shape.Addresses > 0 ? random.Next(4) == 0 ? width : random.Next(width + 1) : 0);
        byte second = (byte)(shape.Addresses > 1 ? width - random.Next(4) : 0);
        return new SetElement
        {
            Families = shape.Addresses == 0 ? FamilySet.Both : family.ToSet(),
            First = shape.Addresses > 0 ? Cut(Address(random, width), first, family) : 0,
            FirstPrefix = first,
            Protocol = shape.Port == SetPort.WithProtocol ? (byte)(random.Next(2) == 0 ? 6 : 17) : (byte)0,
            Port = shape.Port == SetPort.None ? (ushort)0 : (ushort)random.Next(shape.Addresses == 0 ? 500 : 3),
            Second = shape.Addresses > 1 ? Cut(Address(random, width), second, family) : 0,
            SecondPrefix = second,
            NoMatch = shape.Addresses > 0 && random.Next(3) == 0,
        };
    }

    private static UInt128 Address(Random random, int width) =>
        ((UInt128)random.Next(4) << (width - 2)) | ((UInt128)random.Next(4) << (width / 2)) | (UInt128)random.Next(4);

    private static UInt128 Cut(UInt128 address, int prefix, Family family)
    {
        int rest = (family == Family.IPv4 ? 32 : 128) - prefix;
        return rest >= 128 ? 0 : address >> rest << rest;
    }

    private static SetElement V4(uint address, int prefix) =>
        new() { Families = FamilySet.IPv4, First = Cut(address, prefix, Family.IPv4), FirstPrefix = (byte)prefix };

    private static SetImage Build(SetShape shape, SetElement[] elements)
    {
        Memory<byte> memory = default;
        SetImageBuilder.Build(shape, elements, blocks => memory = new byte[blocks * SetImage.BlockBytes]);
        return new(memory, shape);
    }

    private static IEnumerable<string> Sorted(IEnumerable<SetElement> elements) => elements.Select(element => element.ToString()).Order(StringComparer.Ordinal);
}
