using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>What classification costs a packet, by BPF_PROG_TEST_RUN over traces: a list's variants and H in turn, round after round.</summary>
internal sealed class PacketBench(ClassifyOptions options, Measurements found)
{
    private static readonly int[] MapSizes = [100, HashLookup.UnitEntries, 100_000];

    internal void Run()
    {
        var files = new FilterSetFiles(options.Data);
        if (!files.Exists)
        {
            Console.Error.WriteLine($"classify: no ClassBench sets: {files.Directory} is not there (--data DIRECTORY)");
            return;
        }

        RunLookups();
        using var hash = new HashLookup();
        foreach (string size in options.Sizes)
        {
            foreach (string family in options.Families.Count > 0 ? options.Families : files.Families)
            {
                foreach (ListCut list in ListCut.Of(files, family, size))
                {
                    found.Packets.AddRange(RunList(list, hash));
                }
            }
        }
    }

    /// <summary>What a packet's price is compared with: H, and the same in smaller and larger maps.</summary>
    private void RunLookups()
    {
        (int Entries, HashLookup Lookup, PairedSamples Samples)[] maps =
            [.. MapSizes.Select(entries => (entries, new HashLookup(entries), new PairedSamples()))];
        for (int round = 0; round < options.Rounds; round++)
        {
            Array.ForEach(maps, map => map.Lookup.Measure(map.Samples));
        }

        foreach ((int entries, HashLookup lookup, PairedSamples samples) in maps)
        {
            found.Lookups.Add(new(entries, samples.Best, samples.Median));
            lookup.Dispose();
        }
    }

    private List<PacketResult> RunList(ListCut list, HashLookup hash)
    {
        Console.Error.WriteLine($"classify: {list.Name}, {list.Rules.Length} rules");
        using var variants = new PacketVariants(list, options);
        var results = new List<PacketResult>();
        var subjects = new List<PacketSubject>();
        foreach (Func<PacketSubject> make in variants.All())
        {
            try
            {
                subjects.Add(make());
            }
            catch (VariantException error)
            {
                results.Add(variants.Result(error.Variant) with { Failure = Words.Short(error.Message) });
            }
        }

        PairedSamples lookups = Measure(subjects, hash);
        results.AddRange(subjects.Select(subject => subject.Finish(lookups)));
        return results;
    }

    private PairedSamples Measure(List<PacketSubject> subjects, HashLookup hash)
    {
        var lookups = new PairedSamples();
        for (int round = 0; round < options.Rounds; round++)
        {
            hash.Measure(lookups);
            subjects.ForEach(subject => subject.Measure());
        }

        return lookups;
    }
}
