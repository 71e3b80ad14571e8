using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>What classification costs a packet, by BPF_PROG_TEST_RUN over traces: a list's variants and H in turn, round after round.</summary>
internal sealed class PacketBench(ClassifyOptions options)
{
    internal IReadOnlyList<PacketResult> Run()
    {
        var files = new FilterSetFiles(options.Data);
        if (!files.Exists)
        {
            Console.Error.WriteLine($"classify: no ClassBench sets: {files.Directory} is not there (--data DIRECTORY)");
            return [];
        }

        using var hash = new HashLookup();
        var results = new List<PacketResult>();
        foreach (string size in options.Sizes)
        {
            foreach (string family in options.Families.Count > 0 ? options.Families : files.Families)
            {
                foreach (ListCut list in ListCut.Of(files, family, size))
                {
                    results.AddRange(RunList(list, hash));
                }
            }
        }

        return results;
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
