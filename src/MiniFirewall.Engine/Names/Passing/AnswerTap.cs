using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Engine.Names.Passing;

/// <summary>
/// Programs behind the firewall's own on INPUT and OUTPUT that copy this machine's questions to its name servers and their answers into a
/// ring buffer, and let everything pass. They are no one's but this process's: when it ends, they are gone.
/// </summary>
internal sealed class AnswerTap : IDisposable
{
    private const ushort DnsPort = 53;
    private const int Counter = 1;

    private readonly SharedObjects _shared = SharedObjects.Make(Provider);
    private readonly BpfMap _counters = BpfMap.Create(WellKnownMaps.CountersSpec(Counter + 1));
    private readonly BpfMap _epoch = BpfMap.Create(WellKnownMaps.EpochSpec);
    private readonly List<TapHook> _hooks = [];
    private readonly RingBufferReader _records;

    /// <summary>Links where the kernel has them, whoever has the rules there: they are gone with the process.</summary>
    private static HookProvider Provider => ProviderChoice.KernelHasLinks ? HookProvider.Bpf : HookProvider.Module;

    private AnswerTap() => _records = new RingBufferReader(_shared.Occasional.MakePackets());

    /// <summary>Attaches to the hooks of the calling thread's namespace.</summary>
    /// <param name="servers">The name servers whose answers are wanted, of either family.</param>
    internal static AnswerTap Open(IReadOnlyCollection<IPAddress> servers)
    {
        var tap = new AnswerTap();
        try
        {
            using (var control = new ControlWords(tap._shared.Control))
            {
                control.PacketsReadUntil = ulong.MaxValue >> 1;
            }

            foreach (Family family in DispatcherCompiler.Families)
            {
                ImmutableArray<ValueRange> addresses = [.. servers.Where(server => FamilyOf(server) == family).Select(NumberOf).Select(address => new ValueRange(address, address))];
                if (!addresses.IsEmpty)
                {
                    tap.Attach(family, Hook.LocalOut, Field.Destination, Field.DestinationPort, addresses);
                    tap.Attach(family, Hook.LocalIn, Field.Source, Field.SourcePort, addresses);
                }
            }

            return tap;
        }
        catch
        {
            tap.Dispose();
            throw;
        }
    }

    /// <summary>Waits, and hands over what has come: the hook that each packet was at, and its bytes.</summary>
    internal void Read(TimeSpan wait, Action<Packet> handle)
    {
        _records.Wait(wait);
        _records.Drain(record =>
        {
            EventRecord packet = HandedRecord.Parse(record).Packet;
            handle(new Packet(packet.Family, packet.Hook, packet.Captured.Span));
        });
    }

    public void Dispose()
    {
        _hooks.ForEach(hook => hook.Dispose());
        _records.Dispose();
        _epoch.Dispose();
        _counters.Dispose();
        _shared.Dispose();
    }

    private void Attach(Family family, Hook hook, Field address, Field port, ImmutableArray<ValueRange> servers)
    {
        ImmutableArray<Step> steps =
        [
            new Require(new RangeTest(address, servers)),
            .. family == Family.IPv6 ? (ReadOnlySpan<Step>)[new Require(FieldTest.Equal(Field.ChainBroken, 0))] : [],
            new Require(FieldTest.Equal(Field.Protocol, IpProtocol.Udp)),
            new Require(FieldTest.Equal(Field.FragmentOffset, 0)),
            new Require(new RangeTest(Field.TransportLength, [new ValueRange(8, ushort.MaxValue)])),
            new Require(FieldTest.Equal(port, DnsPort)),
            new Require(new QuestionTest(new HandedPacket(0, null, ""))),
        ];
        var statement = new Statement(steps, Counter, false, Continue.Instance, Origin.None);
        var program = new PacketProgram(family, hook, [new Block("answers", [statement])], 0, Verdict.Accept, Counter);
        CompiledPrograms compiled = ProgramSetCompiler.Compile([program], KernelRequirements.Options(PrologueKind.Netfilter, Provider) with { Structure = ListStructure.Straight });
        using BpfProgram loaded = BpfProgram.Load(compiled.Specs[0] with { Name = TapHook.ProgramName }, KernelBtf.Types, _shared.MapsFor(_counters, _epoch, null, null));
        _hooks.Add(TapHook.Attach(loaded, family, hook));
    }

    private static Family FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? Family.IPv4 : Family.IPv6;

    private static UInt128 NumberOf(IPAddress address) => address.GetAddressBytes().Aggregate(UInt128.Zero, (number, part) => (number << 8) | part);
}
