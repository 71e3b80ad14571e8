using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>How a segment stands to the windows of its connection.</summary>
internal enum WindowFit
{
    /// <summary>Inside, or nothing is refused; only then does it tell of windows.</summary>
    Fits,

    /// <summary>A little outside: let through, and it changes nothing.</summary>
    Odd,

    Outside,
}

/// <summary>Windows of a TCP connection (net/netfilter/nf_conntrack_proto_tcp.c, tcp_in_window).</summary>
internal ref struct TcpWindow(TcpSegment segment, TcpOptions options, bool isReply, bool isLiberal, TcpState state, ref TcpSide sender, ref TcpSide receiver, ref TcpRecall last)
{
    /// <summary>However small a window is, late acknowledgements are let through that are no older than this.</summary>
    private const uint LeastAcknowledgementWindow = 66_000;

    private readonly ref TcpSide _sender = ref sender, _receiver = ref receiver;
    private readonly ref TcpRecall _last = ref last;
    private readonly TcpOptions _options = options;
    private uint _sequence = segment.Sequence, _end = segment.End, _acknowledgement = segment.Acknowledgement, _highest = segment.Acknowledgement;

    internal WindowFit Fit()
    {
        _highest = _receiver.PermitsSack ? _options.Highest(_acknowledgement) : _acknowledgement;
        if (Begin())
        {
            return WindowFit.Fits;
        }

        Pretend();
        WindowFit fit = Check();
        if (fit != WindowFit.Fits)
        {
            return isLiberal || _sender.IsLiberal ? WindowFit.Fits : fit;
        }

        Learn();
        return WindowFit.Fits;
    }

    /// <summary>What is known of a side from its first segment on. Whether that is all: a SYN of the second side is not compared with anything.</summary>
    private bool Begin()
    {
        bool isSyn = segment.Has(TcpFlags.Syn), hasAck = segment.Has(TcpFlags.Ack);
        if (_sender.MaxWindow == 0)
        {
            if (isSyn)
            {
                BeginBySyn();
                return !hasAck;
            }

            BeginInTheMiddle();
            return false;
        }

        if (isSyn && TcpSide.IsAfter(_end, _sender.End) && (state is TcpState.SynSent or TcpState.SynReceived))
        {
            BeginBySyn();
            return isReply && !hasAck;
        }

        return false;
    }

    private readonly void BeginBySyn()
    {
        _sender.End = _sender.MaxEnd = _end;
        _sender.MaxWindow = TcpSide.AtLeastOne(segment.Window);
        _sender.Take(_options);

        // Windows are scaled where both sides say so (RFC 7323 §2.2).
        if (isReply && !(_sender.OffersScale && _receiver.OffersScale))
        {
            _sender.Scale = _receiver.Scale = 0;
        }
    }

    private readonly void BeginInTheMiddle()
    {
        _sender.End = _end;
        _sender.MaxWindow = TcpSide.AtLeastOne((uint)segment.Window << _sender.Scale);
        _sender.MaxEnd = _end + _sender.MaxWindow;
        if (_receiver.MaxWindow == 0)
        {
            _receiver.End = _receiver.MaxEnd = _highest;
        }
        else if (_highest == _receiver.End + 1)
        {
            // Likely the answer to a keep-alive.
            _receiver.End++;
        }
    }

    /// <summary>A segment without an acknowledgement acknowledges what there is; a reset that answers a SYN stands where the sender is.</summary>
    private void Pretend()
    {
        if (!segment.Has(TcpFlags.Ack) || (segment.Has(TcpFlags.Rst) && _acknowledgement == 0))
        {
            _acknowledgement = _highest = _receiver.End;
        }

        if (segment.Has(TcpFlags.Rst) && _sequence == 0 && state == TcpState.SynSent)
        {
            _sequence = _end = _sender.End;
        }
    }

    private readonly WindowFit Check()
    {
        bool isAcknowledgementSeen = TcpSide.IsBefore(_highest, _receiver.End + 1);
        bool isAcknowledgementYoung = TcpSide.IsAfter(_highest, _receiver.End - Math.Max(_sender.MaxWindow, LeastAcknowledgementWindow) - 1);
        bool isInReceiversWindow = TcpSide.IsAfter(_end, _sender.End - _receiver.MaxWindow - 1);
        if (!TcpSide.IsBefore(_sequence, _sender.MaxEnd + 1))
        {
            bool isALittle = _receiver.MaxWindow != 0 && isInReceiversWindow && isAcknowledgementYoung && isAcknowledgementSeen && _end - _sender.MaxEnd + 1 <= _receiver.MaxWindow;
            if (isALittle)
            {
                // It may be acknowledged all the same.
                (_sender.End, _sender.HasUnacknowledged) = (_end, true);
            }

            return isALittle ? WindowFit.Odd : WindowFit.Outside;
        }

        return !isAcknowledgementSeen ? WindowFit.Outside
            : (_receiver.MaxWindow == 0 || isInReceiversWindow) && isAcknowledgementYoung ? WindowFit.Fits
            : WindowFit.Odd;
    }

    private readonly void Learn()
    {
        uint window = segment.Has(TcpFlags.Syn) ? segment.Window : (uint)segment.Window << _sender.Scale;
        LearnOfSender(window);
        LearnOfReceiver(window);
        if (segment.Kind == SegmentKind.Ack)
        {
            CountRepeats();
        }
    }

    private readonly void LearnOfSender(uint window)
    {
        _sender.MaxWindow = Math.Max(_sender.MaxWindow, window + (_highest - _acknowledgement));
        if (TcpSide.IsAfter(_end, _sender.End))
        {
            (_sender.End, _sender.HasUnacknowledged) = (_end, true);
        }

        if (segment.Has(TcpFlags.Ack) && (_sender.MaxAcknowledgement is not { } most || TcpSide.IsAfter(_acknowledgement, most)))
        {
            _sender.MaxAcknowledgement = _acknowledgement;
        }
    }

    private readonly void LearnOfReceiver(uint window)
    {
        if (_receiver.MaxWindow != 0 && TcpSide.IsAfter(_end, _sender.MaxEnd))
        {
            _receiver.MaxWindow += _end - _sender.MaxEnd;
        }

        if (TcpSide.IsAfter(_highest + window, _receiver.MaxEnd - 1))
        {
            _receiver.MaxEnd = _highest + TcpSide.AtLeastOne(window);
        }

        if (_acknowledgement == _receiver.End)
        {
            _receiver.HasUnacknowledged = false;
        }
    }

    private readonly void CountRepeats()
    {
        bool isAgain = _last.IsReply == isReply && (_last.Sequence, _last.Acknowledgement, _last.End, _last.Window) == (_sequence, _acknowledgement, _end, segment.Window);
        _last.Repeats = isAgain ? (byte)(_last.Repeats + 1) : (byte)0;
        (_last.IsReply, _last.Sequence, _last.Acknowledgement, _last.End, _last.Window) = (isReply, _sequence, _acknowledgement, _end, segment.Window);
    }
}
