using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Tracing;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

/// <summary>A traced program judges the headers of its list, one a run and over again, whatever packet it is run on.</summary>
public sealed class TraceTests
{
    private const Hook At = Hook.Forward;

    private const string Rules = """
        iptables -A FORWARD -s 192.0.2.1 -j DROP
        iptables -A FORWARD -d 198.51.100.0/24 -j DROP
        ip6tables -A FORWARD -s 2001:db8:1::1 -j DROP
        ip6tables -A FORWARD -d 2001:db8:2::/48 -j DROP
        iptables -A FORWARD -p tcp --sport 7 -j DROP
        iptables -A FORWARD -p udp --dport 9 -j DROP
        iptables -A FORWARD -p 47 -j DROP
        iptables -A FORWARD -p tcp --tcp-flags FIN,SYN FIN,SYN -j DROP

        """;

    private static readonly UInt128 Source4 = 0xc0000201, Destination4 = 0xc6336407;
    private static readonly UInt128 Source6 = new(0x20010db800010000, 1), Destination6 = new(0x20010db800020000, 0x77);

    [Theory]
    [InlineData(Family.IPv4, 0, CompilationWay.Straight)]
    [InlineData(Family.IPv4, 100, CompilationWay.Straight)]
    [InlineData(Family.IPv4, 0, CompilationWay.Classifier)]
    [InlineData(Family.IPv6, 0, CompilationWay.Straight)]
    [InlineData(Family.IPv6, 0, CompilationWay.Classifier)]
    [InlineData(Family.IPv6, 100, CompilationWay.Classifier)]
    public void Every_field_comes_from_the_trace(Family family, int coldLines, CompilationWay way)
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "this kernel has no programs of type NETFILTER");
        (UInt128 source, UInt128 destination) = family == Family.IPv4 ? (Source4, Destination4) : (Source6, Destination6);
        var plain = new TraceHeader(5, 6, 1000, 2000, 6, 2);
        (TraceHeader Header, bool Passes)[] cases =
        [
            (plain, true),
            (plain with { Source = source }, false),
            (plain with { Source = source + 1 }, true),
            (plain with { Destination = destination }, false),
            (plain with { Destination = destination ^ (UInt128.One << (family == Family.IPv4 ? 31 : 127)) }, true),
            (plain with { SourcePort = 7 }, false),
            (plain with { SourcePort = 7, Protocol = 17 }, true),
            (plain with { DestinationPort = 9 }, true),
            (plain with { DestinationPort = 9, Protocol = 17 }, false),
            (plain with { Protocol = 47 }, false),
            (plain with { TcpFlags = 3 }, false),
        ];

        using var traced = new Traced(family, cases.Length + 3, coldLines, way);
        traced.Use([.. cases.Select(one => one.Header)]);
        bool[] expected = [.. cases.Select(one => one.Passes)];
        Assert.Equal(expected, Enumerable.Range(0, cases.Length).Select(_ => traced.Run()));
        Assert.Equal(expected, Enumerable.Range(0, cases.Length).Select(_ => traced.Run()));
    }

    [Fact]
    public void A_trace_holds_what_it_has_room_for()
    {
        var layout = new TraceLayout(Family.IPv4, 1);
        var memory = new byte[layout.Map.ValueSize];
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.Write(memory, new TraceHeader[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.Write(memory, []));
    }

    /// <summary>A packet of no rule's; the measuring alone must load too.</summary>
    private sealed class Traced : IDisposable
    {
        private readonly ProgramMaps _maps = new();
        private readonly BpfMap _trace, _cold = BpfMap.Create(TraceLayout.ColdMap);
        private readonly MappedMemory _memory;
        private readonly LoadedFamily _family;
        private readonly BpfProgram _baseline;
        private readonly TraceLayout _layout;
        private readonly byte[] _packet;

        internal Traced(Family family, int capacity, int coldLines, CompilationWay way)
        {
            _layout = new(family, capacity, coldLines);
            _trace = BpfMap.Create(_layout.Map);
            _memory = _trace.MapValues();
            RuleSet rules = RuleReading.Read(Rules);
            PacketProgram program = RuleSetLowering.Lower(rules, At, family, new CounterBook(rules));
            Dictionary<string, BpfMap> maps = new(_maps.ByName) { [TraceLayout.MapName] = _trace, [TraceLayout.ColdMapName] = _cold };
            _family = new(CompiledFamily.Of([program], PrologueKind.Netfilter, way, trace: _layout), maps);
            _baseline = BpfProgram.Load(TraceBaseline.Compile(program, _layout), KernelBtf.Types, maps);
            _packet = new byte[80];
            (_packet[0], _packet[family == Family.IPv4 ? 9 : 6]) = family == Family.IPv4 ? ((byte)0x45, (byte)6) : ((byte)0x60, (byte)6);
            _packet[family == Family.IPv4 ? 32 : 52] = 0x50;
        }

        internal void Use(TraceHeader[] headers) => _layout.Write(_memory.GetSpan(), headers);

        internal bool Run()
        {
            ulong position = _memory.ReadAcquire64(TraceLayout.Position);
            Assert.Equal(1u, _baseline.TestRun(_layout.Family, At, _packet).Result);
            Assert.NotEqual(position, _memory.ReadAcquire64(TraceLayout.Position));
            _memory.WriteRelease64(TraceLayout.Position, position);
            return _family.Of(At).TestRun(_layout.Family, At, _packet).Result == (uint)Verdict.Accept;
        }

        public void Dispose()
        {
            _baseline.Dispose();
            _family.Dispose();
            ((IDisposable)_memory).Dispose();
            _cold.Dispose();
            _trace.Dispose();
            _maps.Dispose();
        }
    }
}
