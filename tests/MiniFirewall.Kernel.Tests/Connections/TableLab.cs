using System.Buffers.Binary;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>A host whose OUTPUT hook sees packets of connections in either direction as fast as one thread sends them, and its table.</summary>
internal sealed class TableLab : IDisposable
{
    private static readonly string[] s_rules =
    [
        "-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
        "-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT",
        "-A OUTPUT -j DROP",
    ];

    private readonly EngineFirewall _engine = new(["eth0"]);
    private readonly LocalSender _sender;

    /// <param name="acceptsNew">A rule that lets connections begin; null for all of them.</param>
    /// <param name="settings">A line of settings; empty for those that are usual.</param>
    internal TableLab(string? acceptsNew = null, string settings = "")
    {
        _engine.Load($"{settings}\n{RuleTexts.Of([Family.IPv4], [s_rules[0], acceptsNew ?? s_rules[1], s_rules[2]]).Whole}");

        // Points the routes at the interface.
        _engine.Device.Send(new Packet(Family.IPv4, Hook.LocalOut, IPv4Header.Between("10.0.0.1", "198.18.0.1").Carry(new TcpSegment(1, 1) { Flags = TcpFlags.None })) { OutInterface = "eth0" });
        _sender = NewSender();
    }

    /// <summary>A sender more, for a thread more.</summary>
    internal LocalSender NewSender() => _engine.Device.Namespace.Run(() => new LocalSender(Family.IPv4));

    /// <summary>Whether the packet passed.</summary>
    internal bool Send(ReadOnlySpan<byte> packet) => _sender.Send(packet, 0) == 0;

    /// <summary>The table as it is.</summary>
    internal TableSnapshot Read()
    {
        using BpfMap map = _engine.OpenPinned(WellKnownMaps.Connections);
        using MappedMemory memory = map.MapValues();
        return TableSnapshot.Of(memory.GetSpan());
    }

    internal ulong Refused
    {
        get
        {
            using BpfMap map = _engine.OpenPinned(WellKnownMaps.Tracking);
            var value = new byte[map.ValueSize];
            map.TryLookup(new byte[map.KeySize], value);
            return BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(TrackingTable.Refused));
        }
    }

    /// <summary>Packets that the rule of that number has counted.</summary>
    internal ulong CountOf(int rule) => _engine.CountOf("OUTPUT", rule, Family.IPv4);

    public void Dispose()
    {
        _sender.Dispose();
        _engine.Dispose();
    }
}
