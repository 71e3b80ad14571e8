using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Bench;

/// <summary>What a set's look-up costs, without the packet's reading: a program that looks many addresses up, one after the other.</summary>
internal static class SetBench
{
    private const int Rounds = 15;

    internal static void Run()
    {
        Console.WriteLine("sets: ns per look-up over the same loop without it (best of the rounds), by the number of different addresses; bytes an element");
        Console.WriteLine($"  {"elements",-34} {"1 address",10} {"4,096 in",10} {"4,096 out",10} {"65,536 in",10} {"65,536 out",10} {"bytes",8} {"build ms",9}");
        foreach (int count in (int[])[1_000, 100_000, 1_000_000])
        {
            Row($"{count} networks", SetSamples.Networks(count));
            Row($"{count} addresses", SetSamples.Addresses(count));
        }
    }

    private static void Row(string name, SetElement[] elements)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        using var bench = new SetLoop(new SetShape(1, SetPort.None), elements);
        double build = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        uint[] inside = SetSamples.Inside(elements, 65_536), outside = SetSamples.Anywhere(65_536);
        string[] cells =
        [
            $"{Measure(bench, inside[..1]):F1}", $"{Measure(bench, inside[..4096]):F1}", $"{Measure(bench, outside[..4096]):F1}",
            $"{Measure(bench, inside):F1}", $"{Measure(bench, outside):F1}", $"{(double)bench.Bytes / elements.Length:F1}", $"{build:F0}",
        ];
        Console.WriteLine($"  {name,-34} {cells[0],10} {cells[1],10} {cells[2],10} {cells[3],10} {cells[4],10} {cells[5],8} {cells[6],9}");
    }

    private static double Measure(SetLoop bench, uint[] addresses)
    {
        double with = double.MaxValue, without = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            with = Math.Min(with, bench.Run(addresses, lookUp: true));
            without = Math.Min(without, bench.Run(addresses, lookUp: false));
        }

        return with - without;
    }
}
