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

        if (options.Parts.Contains("packets"))
        {
            IReadOnlyList<PacketResult> results = new PacketBench(options).Run();
            Console.WriteLine(PacketReport.Summary(results));
            Console.WriteLine(PacketReport.Details(results));
        }

        if (options.Parts.Contains("process"))
        {
            using var bench = new LoadBench(options);
            bench.Run();
            Console.WriteLine(LoadReport.Processes(bench.Processes));
            Console.WriteLine(LoadReport.Memory(bench.Memory));
        }

        return 0;
    }
}
