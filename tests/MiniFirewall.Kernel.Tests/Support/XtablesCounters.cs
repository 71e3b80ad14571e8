using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// Reads the counters of one iptables or ip6tables table by getsockopt, as iptables itself does
/// (include/uapi/linux/netfilter_ipv4/ip_tables.h), in the namespace whose thread makes it.
/// </summary>
internal sealed class XtablesCounters : IDisposable
{
    private const int GetInfo = 64, GetEntries = 65, ProtocolRaw = 255;
    private const int InfoLength = 84, EntriesHeader = 40;
    private readonly FileDescriptor _socket;
    private readonly int _level, _entryLength;
    private readonly string _table;
    private byte[] _entries = [];
    private List<(CounterPlace Place, int Offset)> _layout = [];
    private Counters[] _last = [];

    internal XtablesCounters(Family family, string table)
    {
        bool v4 = family == Family.IPv4;
        _table = table;
        _level = v4 ? 0 : 41;
        _entryLength = v4 ? 112 : 168;
        _socket = LibC.NewSocket(v4 ? LibC.AfInet : LibC.AfInet6, LibC.SockRaw, ProtocolRaw);
    }

    /// <summary>Learns where the counters of the table's rules are; to be called after each change of the rules.</summary>
    internal void Learn()
    {
        Span<byte> info = stackalloc byte[InfoLength];
        Encoding.ASCII.GetBytes(_table, info);
        LibC.GetOption(_socket, _level, GetInfo, info);
        _entries = new byte[EntriesHeader + BinaryPrimitives.ReadInt32LittleEndian(info[80..])];
        Fetch();
        _layout = new XtablesLayout(_entries.AsSpan(EntriesHeader), info, _entryLength).Places;
        _last = ReadAll();
    }

    /// <summary>What has been added to each counter since the last call, or since <see cref="Learn"/>.</summary>
    internal List<Hit> TakeHits()
    {
        Fetch();
        Counters[] now = ReadAll();
        var hits = new List<Hit>();
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] != _last[i])
            {
                hits.Add(new Hit(_layout[i].Place, new Counters(now[i].Packets - _last[i].Packets, now[i].Bytes - _last[i].Bytes)));
            }
        }

        _last = now;
        return hits;
    }

    public void Dispose() => _socket.Dispose();

    private void Fetch()
    {
        Encoding.ASCII.GetBytes(_table, _entries);
        BinaryPrimitives.WriteInt32LittleEndian(_entries.AsSpan(32), _entries.Length - EntriesHeader);
        LibC.GetOption(_socket, _level, GetEntries, _entries);
    }

    private Counters[] ReadAll() => [.. _layout.Select(place => Read(place.Offset))];

    private Counters Read(int entry)
    {
        ReadOnlySpan<byte> counters = _entries.AsSpan(EntriesHeader + entry + _entryLength - 16);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(counters), BinaryPrimitives.ReadUInt64LittleEndian(counters[8..]));
    }
}
