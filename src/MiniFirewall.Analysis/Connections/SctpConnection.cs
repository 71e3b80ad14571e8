namespace MiniFirewall.Analysis.Connections;

/// <summary>An SCTP association (net/netfilter/nf_conntrack_proto_sctp.c, nf_conntrack_sctp_packet, Linux 6.12.117 and later). What chunks before a refused one have changed stays changed.</summary>
internal sealed class SctpConnection(ConnectionKey original, ConnectionKey reply) : TrackedConnection(original, reply)
{
    /// <summary>The T bit of ABORT and SHUTDOWN COMPLETE: its sender knows no tag but the one that it was sent.</summary>
    private const int HasPeersTag = 1;

    /// <summary>The tag of packets of each direction; 0 for none.</summary>
    private readonly uint[] _tags = new uint[2];

    /// <summary>Whether an INIT of that direction waits for its COOKIE ACK.</summary>
    private readonly bool[] _inits = new bool[2];

    private SctpState _state;

    /// <summary>A HEARTBEAT of that direction had another tag.</summary>
    private bool _heartbeatFailed, _failedInReply;

    internal override Membership Meet(in Meeting packet)
    {
        if (SctpPacket.Read(packet.Transport) is not { } read || (!IsConfirmed && !TryBegin(read)))
        {
            return Membership.Invalid;
        }

        int own = packet.IsReply ? 1 : 0;
        bool looksAtChunks = read.Has(
            SctpChunkType.Init, SctpChunkType.ShutdownComplete, SctpChunkType.CookieEcho, SctpChunkType.Abort, SctpChunkType.ShutdownAck, SctpChunkType.Heartbeat, SctpChunkType.HeartbeatAck);
        if (!looksAtChunks && read.Tag != _tags[own])
        {
            return Membership.Invalid;
        }

        bool livesNoLonger = false;
        SctpState last = SctpState.None;
        foreach (SctpChunk chunk in read.Chunks)
        {
            if (FitOf(chunk, read, own, livesNoLonger) is not { } fits)
            {
                return Membership.Invalid;
            }

            if (!fits)
            {
                livesNoLonger = true;
                continue;
            }

            SctpState before = _state;
            last = SctpTransitions.After(before, chunk.Type, packet.IsReply);
            if (last == SctpState.Invalid || !TryInitiate(chunk, own))
            {
                return Membership.Invalid;
            }

            // Its ports are to become free.
            livesNoLonger |= chunk.Type == SctpChunkType.Init && before == SctpState.Closed && last == SctpState.Closed;
            _state = last;
            if (before != last && last == SctpState.Established)
            {
                Assure();
            }
        }

        if (!livesNoLonger)
        {
            Refresh(packet.Timeout(SettingOf(last)), packet.Clock);
        }

        return Membership.Belongs;
    }

    /// <summary>What its first packet says (RFC 9260 §8.4).</summary>
    private bool TryBegin(SctpPacket packet)
    {
        if (packet.Has(SctpChunkType.Abort, SctpChunkType.ShutdownComplete, SctpChunkType.CookieAck))
        {
            return false;
        }

        (_state, _tags[0], _tags[1], _inits[0], _inits[1], _heartbeatFailed) = (SctpState.None, 0, 0, false, false, false);
        foreach (SctpChunk chunk in packet.Chunks)
        {
            if (SctpTransitions.After(SctpState.None, chunk.Type, isReply: false) == SctpState.None || (chunk.Type == SctpChunkType.Init && (packet.Tag != 0 || chunk.InitiateTag is null)))
            {
                return false;
            }

            // A HEARTBEAT goes another way of an association that is open; a SHUTDOWN ACK that nobody expects is answered with its own tag.
            _tags[0] = chunk.Type == SctpChunkType.Heartbeat ? packet.Tag : _tags[0];
            _tags[1] = chunk.Type == SctpChunkType.ShutdownAck ? packet.Tag : _tags[1];
        }

        return true;
    }

    /// <summary>Whether the packet's tag fits the chunk (RFC 9260 §8.5.1); false where the chunk is let through and changes nothing, null where the packet is refused.</summary>
    private bool? FitOf(SctpChunk chunk, SctpPacket packet, int own, bool hasLetThrough)
    {
        switch (chunk.Type)
        {
            case SctpChunkType.Init:
                return packet.Tag == 0 ? true : null;
            case SctpChunkType.Abort or SctpChunkType.ShutdownComplete:
                return packet.Tag == _tags[(chunk.Flags & HasPeersTag) != 0 ? 1 - own : own] ? true : null;
            case SctpChunkType.CookieEcho:
                return packet.Tag == _tags[own] ? true : null;
            case SctpChunkType.CookieAck:
                _inits[0] = _inits[1] = false;
                return true;
            case SctpChunkType.Heartbeat or SctpChunkType.HeartbeatAck:
                return FitOfHeartbeat(chunk.Type == SctpChunkType.HeartbeatAck, packet, own, hasLetThrough);
            default:
                return true;
        }
    }

    /// <summary>
    /// A heartbeat tells the tag of a way that is not known yet. Where another one is known it changes nothing by itself, but if the other side answers with another
    /// tag too, the association is not the one that was known.
    /// </summary>
    private bool? FitOfHeartbeat(bool isAnswer, SctpPacket packet, int own, bool hasLetThrough)
    {
        if (_tags[own] == 0)
        {
            _tags[own] = packet.Tag;
            return true;
        }

        if (packet.Tag == _tags[own])
        {
            _heartbeatFailed = false;
            return true;
        }

        if (packet.Has(SctpChunkType.Data) || hasLetThrough)
        {
            return null;
        }

        if (!isAnswer)
        {
            (_heartbeatFailed, _failedInReply) = (true, own == 1);
            return false;
        }

        if (!_heartbeatFailed || _failedInReply == (own == 1))
        {
            return null;
        }

        (_heartbeatFailed, _tags[own], _tags[1 - own]) = (false, packet.Tag, 0);
        return true;
    }

    /// <summary>INIT and INIT ACK tell the tag of what comes back. False where the packet is refused.</summary>
    private bool TryInitiate(SctpChunk chunk, int own)
    {
        if (chunk.Type is not (SctpChunkType.Init or SctpChunkType.InitAck))
        {
            return true;
        }

        if (chunk.InitiateTag is not { } tag)
        {
            return false;
        }

        int peer = 1 - own;
        bool isKnown = _tags[peer] == tag;
        if (chunk.Type == SctpChunkType.InitAck)
        {
            bool isAwaited = isKnown || (_inits[peer] ? !_inits[own] : _tags[peer] == 0);
            _tags[peer] = isAwaited ? tag : _tags[peer];
            return isAwaited;
        }

        // One that tells the tag that is known may be an old one, and is none to answer.
        if (_state == SctpState.None || !isKnown)
        {
            (_inits[own], _inits[peer]) = (true, _inits[peer] && !_inits[own]);
        }

        _tags[peer] = tag;
        return true;
    }

    private static string SettingOf(SctpState state) => "sctp_timeout_" + state switch
    {
        SctpState.CookieWait => "cookie_wait",
        SctpState.CookieEchoed => "cookie_echoed",
        SctpState.Established => "established",
        SctpState.ShutdownSent => "shutdown_sent",
        SctpState.ShutdownReceived => "shutdown_recd",
        SctpState.ShutdownAckSent => "shutdown_ack_sent",
        SctpState.HeartbeatSent => "heartbeat_sent",
        _ => "closed",
    };
}
