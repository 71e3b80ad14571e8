using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>A TCP connection (net/netfilter/nf_conntrack_proto_tcp.c, nf_conntrack_tcp_packet, Linux 6.x).</summary>
internal sealed class TcpConnection(ConnectionKey original, ConnectionKey reply) : TrackedConnection(original, reply)
{
    /// <summary>Seconds below which nothing shortens a connection's life.</summary>
    private const int ShortLife = 120;

    private readonly TcpSide[] _sides = new TcpSide[2];
    private TcpState _state;
    private TcpRecall _last;

    internal override Membership Meet(in Meeting packet)
    {
        if (TcpSegment.Read(packet.Transport) is not { } segment)
        {
            return Membership.Invalid;
        }

        TcpOptions options = TcpOptions.Of(packet.Transport, segment.HeaderSize);
        if (!IsConfirmed && !TryBegin(segment, options, packet))
        {
            return Membership.Invalid;
        }

        TcpState before = _state, after = TcpTransitions.After(_state, segment.Kind, packet.IsReply);
        switch (after)
        {
            case TcpState.Invalid:
                return Membership.Invalid;
            case TcpState.SynSent when _state >= TcpState.TimeWait && MayReopen(packet.IsReply):
                return Membership.BeginsAnother;
            case TcpState.SynSent when _state >= TcpState.TimeWait:
            case TcpState.Ignored:
                if (!AnswersIgnoredSyn(segment, packet.IsReply))
                {
                    Note(segment, options, packet.IsReply);
                    return Membership.Belongs;
                }

                Resynchronize(packet.IsReply);
                (before, after) = (TcpState.SynSent, TcpState.SynReceived);
                break;
            case TcpState.TimeWait when IsChallenge(segment, packet.IsReply):
                _last.ExpectsChallenge = false;
                return Membership.Belongs;
            case TcpState.SynSentByBoth:
                _last.IsSimultaneous = true;
                break;
            case TcpState.SynReceived when packet.IsReply && segment.Kind == SegmentKind.Ack && _last.IsSimultaneous:
                after = TcpState.Established;
                break;
            case TcpState.Close when segment.Kind == SegmentKind.Reset:
                switch (Judge(segment, packet, ref after))
                {
                    case ResetFit.Refused:
                        return Membership.Invalid;
                    case ResetFit.Believed:
                        return Enter(before, after, segment, packet);
                }

                break;
        }

        return Compare(before, after, segment, options, packet);
    }

    private Membership Compare(TcpState before, TcpState after, TcpSegment segment, TcpOptions options, in Meeting packet)
    {
        var window = new TcpWindow(
            segment, options, packet.IsReply, packet.Settings["tcp_be_liberal"] != 0, _state, ref Sender(packet.IsReply), ref Sender(!packet.IsReply), ref _last);
        switch (window.Fit())
        {
            case WindowFit.Odd:
                return Membership.Belongs;
            case WindowFit.Outside:
                Refuse(segment, packet);
                return Membership.Invalid;
            default:
                return Enter(before, after, segment, packet);
        }
    }

    private ref TcpSide Sender(bool isReply) => ref _sides[isReply ? 1 : 0];

    /// <summary>What its first segment says (tcp_new).</summary>
    private bool TryBegin(TcpSegment segment, TcpOptions options, in Meeting packet)
    {
        TcpState state = TcpTransitions.After(TcpState.None, segment.Kind, isReply: false);
        if (state == TcpState.Invalid || (state != TcpState.SynSent && packet.Settings["tcp_loose"] == 0))
        {
            return false;
        }

        (_state, _last, _sides[0], _sides[1]) = (TcpState.None, default, default, default);
        ref TcpSide first = ref _sides[0];
        first.End = first.MaxEnd = segment.End;
        first.MaxWindow = TcpSide.AtLeastOne(segment.Window);
        if (state == TcpState.SynSent)
        {
            first.Take(options);
            return true;
        }

        // Its history is lost: nothing is known of scales, and selective acknowledgements may be permitted.
        first.MaxEnd += first.MaxWindow;
        (first.PermitsSack, first.IsLiberal) = (true, true);
        (_sides[1].PermitsSack, _sides[1].IsLiberal) = (true, true);
        return true;
    }

    /// <summary>A SYN after the end (RFC 1122 §4.2.2.13): the connection is another one where this one was closed, or reset by this side.</summary>
    private bool MayReopen(bool isReply) => _sides[0].BeganClose || _sides[1].BeganClose || (_last.IsReply == isReply && _last.Kind == SegmentKind.Reset);

    private bool AnswersIgnoredSyn(TcpSegment segment, bool isReply) =>
        segment.Kind == SegmentKind.SynAck && _last.Kind == SegmentKind.Syn && _last.IsReply != isReply && segment.Acknowledgement == _last.End;

    /// <summary>The other side is as its ignored SYN said; of this one nothing is known, but that nothing of it is refused still.</summary>
    private void Resynchronize(bool isReply)
    {
        _last.ExpectsChallenge = false;
        Sender(!isReply) = new()
        {
            End = _last.End,
            MaxEnd = _last.End,
            MaxWindow = TcpSide.AtLeastOne(_last.Window),
            Scale = _last.Scale,
            OffersScale = _last.OffersScale,
            PermitsSack = _last.PermitsSack,
        };
        Sender(isReply) = new() { IsLiberal = Sender(isReply).IsLiberal };
    }

    /// <summary>What is known may be wrong, so the segment goes on, and is remembered.</summary>
    private void Note(TcpSegment segment, TcpOptions options, bool isReply)
    {
        (_last.Kind, _last.IsReply, _last.Sequence, _last.End, _last.Window) = (segment.Kind, isReply, segment.Sequence, segment.End, segment.Window);
        if (segment.Kind == SegmentKind.Syn && !isReply)
        {
            (int? scale, bool permits) = options.Offers();
            (_last.Scale, _last.OffersScale, _last.PermitsSack) = (scale ?? 0, scale is not null, permits);
            (_last.ExpectsChallenge, _last.IsSimultaneous) = (_state == TcpState.LastAck, false);
        }

        if (_state == TcpState.SynSent && segment.Kind == SegmentKind.Ack && isReply)
        {
            _last.Acknowledgement = segment.Acknowledgement;
        }
    }

    private bool IsChallenge(TcpSegment segment, bool isReply) =>
        _state == TcpState.LastAck && segment.Kind == SegmentKind.Ack && _last.IsReply != isReply && _last.Kind == SegmentKind.Syn && _last.ExpectsChallenge;

    private enum ResetFit
    {
        /// <summary>Windows decide.</summary>
        Unknown,
        Believed,
        Refused,
    }

    /// <summary>A reset is believed where it stands at what has been acknowledged, or answers what was let through.</summary>
    private ResetFit Judge(TcpSegment segment, in Meeting packet, ref TcpState after)
    {
        if (_state is TcpState.FinWait or TcpState.LastAck or TcpState.TimeWait or TcpState.Close or TcpState.CloseWait)
        {
            return ResetFit.Believed;
        }

        if (Sender(!packet.IsReply).MaxAcknowledgement is { } acknowledged && _last.Kind != SegmentKind.Syn)
        {
            bool isOpen = _state == TcpState.Established && IsAssured;
            if (segment.Sequence == 0 && !isOpen)
            {
                return ResetFit.Unknown;
            }

            if (TcpSide.IsBefore(segment.Sequence, acknowledged) && packet.Settings["tcp_ignore_invalid_rst"] == 0)
            {
                return ResetFit.Refused;
            }

            bool isBehindOwnData = _last.Kind == SegmentKind.Ack && _last.IsReply == packet.IsReply && segment.Sequence == _last.End;
            if (!isOpen || segment.Sequence == acknowledged || isBehindOwnData)
            {
                return ResetFit.Unknown;
            }

            // The receiver may challenge it (RFC 5961 §3.2): the connection stays.
            after = _state;
        }

        return Answers(segment, packet.IsReply) ? ResetFit.Believed : ResetFit.Unknown;
    }

    private bool Answers(TcpSegment segment, bool isReply)
    {
        bool mayAnswer = (HasSeenReply && _last.IsReply != isReply && _last.Kind == SegmentKind.Syn) || (!IsAssured && _last.Kind == SegmentKind.Ack);
        bool answersChallenge = _state == TcpState.SynSent && _last.Kind == SegmentKind.Ack && _last.IsReply && segment.Sequence == _last.Acknowledgement;
        return (mayAnswer && segment.Acknowledgement == _last.End) || answersChallenge;
    }

    /// <summary>A FIN or reset that was refused on both sides: what is known is wrong, so it is not to live as long as an open connection (nf_tcp_handle_invalid).</summary>
    private void Refuse(TcpSegment segment, in Meeting packet)
    {
        if (!IsAssured || segment.Kind is not (SegmentKind.Reset or SegmentKind.Fin))
        {
            return;
        }

        if (_last.IsReply == packet.IsReply || _last.Kind is not (SegmentKind.Reset or SegmentKind.Fin))
        {
            (_last.Kind, _last.IsReply) = (segment.Kind, packet.IsReply);
            return;
        }

        long left = TicksLeft(packet.Clock);
        ulong most = packet.Timeout("tcp_timeout_unacknowledged");
        if (left >= ShortLife * packet.Clock.Hertz && left > (long)most)
        {
            Refresh(most, packet.Clock);
        }
    }

    private Membership Enter(TcpState before, TcpState after, TcpSegment segment, in Meeting packet)
    {
        (_last.Kind, _last.IsReply, _state) = (segment.Kind, packet.IsReply, after);
        if (before != after && after == TcpState.FinWait)
        {
            Sender(packet.IsReply).BeganClose = true;
        }

        ulong ticks = TimeoutOf(after, segment, packet);
        if (!HasSeenReply)
        {
            if (segment.Has(TcpFlags.Rst))
            {
                return Membership.Ends;
            }

            if (segment.Kind == SegmentKind.Syn && before == TcpState.SynSent)
            {
                // A SYN again makes it live no longer.
                return Membership.Belongs;
            }

            ticks = after == TcpState.Established ? Math.Min(ticks, packet.Timeout("tcp_timeout_unacknowledged")) : ticks;
        }
        else if (before is TcpState.SynReceived or TcpState.Established && after == TcpState.Established)
        {
            Assure();
        }

        Refresh(ticks, packet.Clock);
        return Membership.Belongs;
    }

    /// <summary>A reset that closes nothing, since its number is only near, may be anyone's: it leaves less than an open connection has, but not as little as Linux before 6.12.117 (CVE-2026-99283).</summary>
    private ulong TimeoutOf(TcpState state, TcpSegment segment, in Meeting packet)
    {
        ulong usual = packet.Timeout(SettingOf(state)), repeated = packet.Timeout("tcp_timeout_max_retrans"), unacknowledged = packet.Timeout("tcp_timeout_unacknowledged");
        return _last.Repeats >= packet.Settings["tcp_max_retrans"] && usual > repeated ? repeated
            : segment.Kind == SegmentKind.Reset && state == TcpState.Established && usual > unacknowledged ? unacknowledged
            : (_sides[0].HasUnacknowledged || _sides[1].HasUnacknowledged) && usual > unacknowledged ? unacknowledged
            : _last.Window == 0 && usual > repeated ? repeated
            : usual;
    }

    private static string SettingOf(TcpState state) => "tcp_timeout_" + state switch
    {
        TcpState.SynReceived => "syn_recv",
        TcpState.Established => "established",
        TcpState.FinWait => "fin_wait",
        TcpState.CloseWait => "close_wait",
        TcpState.LastAck => "last_ack",
        TcpState.TimeWait => "time_wait",
        TcpState.Close => "close",
        _ => "syn_sent",
    };
}
