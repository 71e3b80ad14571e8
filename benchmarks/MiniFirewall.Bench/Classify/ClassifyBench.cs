namespace MiniFirewall.Bench.Classify;

/// <summary>`./bench classify`: all parts that are asked for, in turn.</summary>
internal static class ClassifyBench
{
    internal static int Run(ReadOnlySpan<string> arguments)
    {
        if (ClassifyOptions.TryParse(arguments) is not { } options)
        {
            Console.Error.WriteLine(ClassifyOptions.Usage);
            return 2;
        }

        Measurements found = Measure(options);
        foreach ((string name, TextTable table) in found.Tables)
        {
            Console.WriteLine($"{name}:\n{table}");
        }

        if (options.Write)
        {
            new PerformanceDocument("docs").Write(found);
        }

        return found.Packets.TrueForAll(r => r.Wrong is null) ? 0 : 1;
    }

    private static Measurements Measure(ClassifyOptions options)
    {
        var found = new Measurements();
        if (options.Parts.Contains("packets"))
        {
            new PacketBench(options, found).Run();
        }

        if (options.Parts.Contains("process"))
        {
            using var bench = new LoadBench(options, found);
            bench.Run();
        }

        if (options.Parts.Contains("traffic") && Yardstick.TryMake() is { } made)
        {
            using Yardstick yardstick = made;
            new RouterBench(yardstick, options, found).Run();
        }

        return found;
    }
}
