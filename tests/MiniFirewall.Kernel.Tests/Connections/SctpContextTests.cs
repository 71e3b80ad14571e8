using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.State;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// SCTP is tracked alike by the programs that links run on a new kernel, which <see cref="SctpStateTests"/> has beside the kernel's own
/// tracking, and by those for older kernels and for the module, by test run.
/// </summary>
public sealed class SctpContextTests
{
    private const int Associations = 50, SecondsOfAState = 1000;

    /// <summary>Number of the rule that counts packets of associations in the first state.</summary>
    private const int FirstTimeout = 7;

    private static readonly string[] s_states = ["INVALID", "NEW", "ESTABLISHED", "RELATED"];

    private static readonly ConnectionSetting[] s_timeouts = [.. ConnectionSetting.All.Where(setting => setting.Name.StartsWith("sctp_timeout", StringComparison.Ordinal))];

    /// <summary>What packets of one association are, and the state that they leave it in; a first one finds no time-out yet.</summary>
    private static readonly (string Line, string Expected)[] s_known =
    [
        ("> sctp tag 22 data", "INVALID"),
        ("> sctp tag 5 init=11", "INVALID"),
        ("> sctp init=11", "NEW"),
        ("> sctp init=11", "NEW closed"),
        ("< sctp tag 12 init-ack=22", "INVALID"),
        ("< sctp tag 11 init-ack=22", "ESTABLISHED cookie_wait"),
        ("> sctp tag 22 data cookie-echo", "INVALID"),
        ("> sctp tag 23 cookie-echo data", "INVALID"),
        ("> sctp tag 22 cookie-echo data", "ESTABLISHED cookie_echoed"),
        ("< sctp tag 11 cookie-ack sack", "ESTABLISHED established"),
        ("> sctp tag 22 data data data", "ESTABLISHED established"),
        ("> sctp tag 23 data", "INVALID"),
        ("> sctp tag 22 data zero", "INVALID"),
        ("> sctp tag 11 abort", "INVALID"),
        ("> sctp tag 33 heartbeat", "ESTABLISHED established"),
        ("< sctp tag 44 heartbeat-ack", "ESTABLISHED established"),
        ("< sctp tag 44 data", "ESTABLISHED established"),
        ("< sctp tag 11 data", "INVALID"),
        ("> sctp tag 33 data", "INVALID"),
        ("> sctp tag 33 heartbeat", "ESTABLISHED established"),
        ("> sctp tag 33 data", "ESTABLISHED established"),
        ("> sctp tag 34 heartbeat data", "INVALID"),
        ("< sctp tag 44 shutdown", "ESTABLISHED shutdown_recd"),
        ("> sctp tag 33 shutdown-ack", "ESTABLISHED shutdown_ack_sent"),
        ("< sctp tag 44 complete", "ESTABLISHED closed"),
    ];

    private static readonly string[] s_rules =
    [
        .. s_states.Select(state => $"-A FORWARD -m conntrack --ctstate {state}"),
        "-A FORWARD -m conntrack --ctproto sctp --ctdir REPLY",
        "-A FORWARD -m conntrack --ctstatus ASSURED",
        .. s_timeouts.Select((_, i) => $"-A FORWARD -m conntrack --ctexpire {(SecondsOfAState * i) + 1}:{SecondsOfAState * (i + 1)}"),
    ];

    /// <summary>Rules that no packet matched would show nothing; the last rule counts in state HEARTBEAT_SENT.</summary>
    [Theory]
    [InlineData("Link", CompilationWay.Classifier)]
    [InlineData("Link", CompilationWay.ClassifierBefore69)]
    [InlineData("Module", CompilationWay.Straight)]
    [InlineData("ModuleByProbes", CompilationWay.Straight)]
    [InlineData("ModuleByProbes", CompilationWay.ClassifierBefore69)]
    public void Programs_for_others_track_alike(string context, CompilationWay way)
    {
        ContextKind kind = Enum.Parse<ContextKind>(context);
        Assert.SkipUnless(kind == ContextKind.ModuleByProbes || TestContexts.HaveCasts, "this kernel has no casts");
        var first = new LoadOptions(PrologueKind.Netfilter, CompilationWay.Straight) { Context = TestContexts.HaveCasts ? ContextKind.Link : ContextKind.ModuleByProbes };
        foreach (Family family in Enum.GetValues<Family>())
        {
            using var usual = new Tracker(family, first);
            using var other = new Tracker(family, new LoadOptions(PrologueKind.Netfilter, way) { Context = kind });
            var seen = new SortedSet<int>();
            foreach ((string about, Packet packet) in Packets(family))
            {
                int[] expected = usual.Judge(packet);
                Assert.True(expected.AsSpan().SequenceEqual(other.Judge(packet)), about);
                seen.UnionWith(expected);
            }

            Assert.Equal(Enumerable.Range(1, s_rules.Length), seen);
        }
    }

    /// <summary>Whatever the kernel at hand tracks itself: an old verifier must not have taken a branch for one that is never taken.</summary>
    [Theory]
    [InlineData("Link")]
    [InlineData("Module")]
    [InlineData("ModuleByProbes")]
    public void An_association_goes_through_its_states(string context)
    {
        ContextKind kind = Enum.Parse<ContextKind>(context);
        Assert.SkipUnless(kind == ContextKind.ModuleByProbes || TestContexts.HaveCasts, "this kernel has no casts");
        foreach (Family family in Enum.GetValues<Family>())
        {
            using var tracker = new Tracker(family, new LoadOptions(PrologueKind.Netfilter, CompilationWay.Straight) { Context = kind });
            var reader = new PacketScript(family, 20_000);
            Assert.Equal(s_known, s_known.Select(known => (known.Line, tracker.Tell(reader.Read(known.Line)!))));
        }
    }

    private static IEnumerable<(string About, Packet Packet)> Packets(Family family)
    {
        ushort port = 20_000;
        IEnumerable<IEnumerable<string>> scripts =
        [
            .. SctpScripts.For(family).Select(script => script.Script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            .. Enumerable.Range(1, Associations).Select(seed => RandomSctp.Lines(new Random(seed))),
        ];
        foreach (IEnumerable<string> script in scripts)
        {
            var reader = new PacketScript(family, ++port);
            string before = "";
            foreach (string line in script)
            {
                before += $"\n    {line}";
                yield return (before, reader.Read(line)!);
            }
        }
    }

    /// <summary>A rule set's program of the hook FORWARD, with a table of its own.</summary>
    private sealed class Tracker : IDisposable
    {
        private readonly ProgramMaps _maps = new();
        private readonly LoadedPrograms _programs;
        private readonly Family _family;

        internal Tracker(Family family, LoadOptions options)
        {
            _family = family;
            _maps.AddConnections();
            BpfMap tracking = _maps.ByName[WellKnownMaps.Tracking];
            tracking.Update(new byte[tracking.KeySize], TrackingTable.Encode(KernelTime.Hertz, new byte[TrackingTable.SeedBytes]));
            TrackingSettings.Set(tracking, [.. s_timeouts.Select((setting, i) => new ConnectionSettingValue(setting, SecondsOfAState * (i + 1)))]);
            _programs = new(RuleReading.Read(RuleTexts.Of([family], s_rules).Whole), options, _maps);
            _ = _programs.Of(_family, Hook.Forward);
            _maps.TakeAdded();
        }

        /// <summary>Numbers of the rules that have counted the packet.</summary>
        internal int[] Judge(Packet packet)
        {
            _programs.Of(_family, Hook.Forward).TestRun(_family, Hook.Forward, packet.Bytes);
            return [.. _programs.HitsOf(_maps.TakeAdded()).Select(hit => hit.Place.Rule).Where(rule => rule > 0).Order()];
        }

        /// <summary>The packet's state, and that of its association, by the names of rules that have counted it.</summary>
        internal string Tell(Packet packet)
        {
            int[] hits = Judge(packet);
            IEnumerable<string> states = hits.Where(rule => rule <= s_states.Length).Select(rule => s_states[rule - 1]);
            return string.Join(' ', states.Concat(hits.Where(rule => rule >= FirstTimeout).Select(rule => s_timeouts[rule - FirstTimeout].Name["sctp_timeout_".Length..])));
        }

        public void Dispose()
        {
            _programs.Dispose();
            _maps.Dispose();
        }
    }
}
