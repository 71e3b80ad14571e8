using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Bench.ClassBench;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Tracing;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Sys;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// A list compiled and loaded three times over one trace: whole; its prologue and verdict with no rule between; and the
/// measuring alone, in an otherwise empty program. The trace's headers may be exchanged at any time.
/// </summary>
internal sealed class TracedList : IDisposable
{
    private const Hook At = Hook.Forward;

    private readonly LoadedPrograms _programs;
    private readonly ListCounters _indexes;
    private readonly AddressForm _form;
    private readonly TraceLayout _layout;
    private readonly MappedMemory _trace;
    private readonly byte[] _packet;

    internal TracedList(RuleListing listing, int capacity, int coldLines = 0)
    {
        (PacketProgram program, _indexes) = listing.Lower();
        _form = listing.Form;
        _layout = new(_form.Family, capacity, coldLines);
        _programs = new(_indexes.Capacity);
        try
        {
            _trace = _programs.Make(_layout.Map).MapValues();
            _programs.Make(TraceLayout.ColdMap);
            var options = new CompileOptions { Trace = _layout };
            Whole = _programs.Compiled(program, options);
            Prologue = _programs.Compiled(WithoutRules(program), options with { Structure = ListStructure.Straight });
            Measuring = _programs.Load(TraceBaseline.Compile(program, _layout));
        }
        catch
        {
            ((IDisposable?)_trace)?.Dispose();
            _programs.Dispose();
            throw;
        }

        _packet = _form.Family == Family.IPv4 ? RawPackets.Tcp(1, 2, 3) : RawPackets.Tcp6(3);
    }

    internal BpfProgram Whole { get; }

    internal BpfProgram Prologue { get; }

    internal BpfProgram Measuring { get; }

    internal void Use(ReadOnlySpan<FilterHeader> headers)
    {
        var written = new TraceHeader[headers.Length];
        for (int i = 0; i < headers.Length; i++)
        {
            FilterHeader h = headers[i];
            written[i] = new(_form.Address(h.Source), _form.Address(h.Destination), h.SourcePort, h.DestinationPort, _form.Protocol(h.Protocol), 0x02);
        }

        _layout.Write(_trace.GetSpan(), written);
    }

    /// <summary>Mean ns of a run, the loop of BPF_PROG_TEST_RUN included.</summary>
    internal double Run(BpfProgram program, int runs) => program.TestRun(_form.Family, At, _packet, runs).Nanoseconds;

    /// <summary>Null where one pass over the traffic counts for every rule and the policy what it should; else what differs.</summary>
    internal string? CheckCounters(HeaderTrace traffic)
    {
        Use(traffic.Headers);
        long[] before = ReadCounters();
        Run(Whole, traffic.Headers.Length);
        long[] after = ReadCounters();
        var expected = new long[_indexes.Policy + 1];
        foreach (int line in traffic.FirstMatches)
        {
            expected[line < 0 ? _indexes.Policy : line + 1]++;
        }

        int wrong = Enumerable.Range(1, _indexes.Policy).Count(i => after[i] - before[i] != expected[i]);
        if (wrong == 0)
        {
            return null;
        }

        int first = Enumerable.Range(1, _indexes.Policy).First(i => after[i] - before[i] != expected[i]);
        return $"{wrong} counters are wrong; line {first - 1}: {after[first] - before[first]} packets instead of {expected[first]}";
    }

    public void Dispose()
    {
        ((IDisposable)_trace).Dispose();
        _programs.Dispose();
    }

    /// <summary>An entry without statements; the others remain, unreached, for the fields that they read.</summary>
    private static PacketProgram WithoutRules(PacketProgram program) =>
        program with { Blocks = program.Blocks.Add(new("no rules", ImmutableArray<Statement>.Empty)), Entry = program.Blocks.Length };

    private long[] ReadCounters()
    {
        var sums = new PerCpuSums(_programs.Counters);
        return [.. Enumerable.Range(0, _indexes.Policy + 1).Select(i =>
            (long)sums[i / WellKnownMaps.CountersPerElement, i % WellKnownMaps.CountersPerElement * WellKnownMaps.CounterSize / sizeof(ulong)])];
    }
}
