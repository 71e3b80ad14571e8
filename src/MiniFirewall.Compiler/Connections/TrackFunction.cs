using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The function track(ctx, key, confirms). Asked first, it finds the packet's connection, lets the packet change it, and writes state
/// and direction into the key; it returns 1 where the packet begins a connection that is to be remembered if the packet is accepted,
/// and then it is asked again, to remember it, and returns 1 where there is no room for it. Meaning: net/netfilter/nf_conntrack_core.c, nf_conntrack_in.
/// </summary>
internal sealed class TrackFunction
{
    private const int Untold = (int)ConnectionDirection.None;

    private readonly Assembler _code;
    private readonly TrackCode _track;
    private readonly TupleEmitter _tuples;
    private readonly PacketReads _reads;
    private readonly SctpTracker _sctp;
    private readonly Family _family;
    private readonly Hook _hook;
    private readonly CompileOptions _options;
    private readonly Label _invalid, _untracked, _found, _missing, _refreshed, _counted, _accepted, _lookup, _create, _packets, _tcpPackets, _none, _make;
    private readonly Action _callFind;

    /// <param name="callFind">Calls the function that finds an entry (<see cref="FindFunction"/>).</param>
    internal TrackFunction(Assembler code, Family family, Hook hook, CompileOptions options, Action callFind)
    {
        _callFind = callFind;
        _code = code;
        _options = options;
        _track = new(code, options.ConnectionBuckets);
        _tuples = new(_track, family);
        _reads = new(_track);
        (_family, _hook) = (family, hook);
        _invalid = code.DefineLabel("invalid packet");
        _untracked = code.DefineLabel("untracked");
        _found = code.DefineLabel("found");
        _missing = code.DefineLabel("no connection");
        _refreshed = code.DefineLabel("refreshed");
        _counted = code.DefineLabel("counted");
        _accepted = code.DefineLabel("of the connection");
        _lookup = code.DefineLabel("look up");
        _create = code.DefineLabel("remember");
        _packets = code.DefineLabel("packets");
        _tcpPackets = code.DefineLabel("packets of tcp");
        _none = code.DefineLabel("nothing to remember");
        _make = code.DefineLabel("make_connection");
        _sctp = new(_track, _reads, _invalid);
    }

    internal void Emit(Label entry)
    {
        var options = new TcpOptionWalk(_track);
        Label tcp = _code.DefineLabel("tcp"), udp = _code.DefineLabel("udp"), icmp = _code.DefineLabel("icmp"), sctp = _code.DefineLabel("sctp"), udplite = _code.DefineLabel("udplite");
        Label otherIcmp = _code.DefineLabel("icmp of the other family");
        EmitEntry(entry);
        _code.Load(MemorySize.Byte, Register.R1, TrackCode.Key, PacketKey.Protocol);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Tcp, tcp);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Udp, udp);
        _code.Jump(JumpCondition.Equal, Register.R1, _family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6, icmp);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Sctp, sctp);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.UdpLite, udplite);
        _code.Jump(JumpCondition.Equal, Register.R1, OtherIcmp, otherIcmp);
        _tuples.EmitEndsOfKey();
        _tuples.EmitOrder();
        _code.Jump(_lookup);

        _code.Mark(sctp);
        _sctp.EmitHeader();
        EmitPortTuple();
        _code.Mark(udplite);
        EmitUdpLite();
        _code.Mark(udp);
        EmitUdp();
        _code.Mark(tcp);
        new TcpHeader(_track, _reads, options).Emit(_invalid);
        EmitPortTuple();
        _code.Mark(otherIcmp);
        EmitJumpIfShort(8);
        _reads.EmitHeader(8, _invalid);
        EmitQuery(_family == Family.IPv6);
        _code.Mark(icmp);
        EmitIcmp();

        _code.Mark(_lookup);
        EmitLookup();
        _code.Mark(_found);
        EmitFound();
        _code.Mark(_missing);
        EmitMissing();
        _code.Mark(_create);
        EmitCreate();
        EmitPackets();
        _code.Mark(_refreshed);
        EmitRefreshed();
        _code.Mark(_accepted);
        EmitAccepted();
        _code.Mark(_untracked);
        EmitState(ConnectionState.Untracked, Untold);
        EmitReturn(0);
        _code.Mark(_invalid);
        EmitState(ConnectionState.Invalid, Untold);
        _code.Mark(_none);
        EmitReturn(0);
        options.EmitTurn();
        _sctp.EmitTurns();
        new MakeFunction(_code, _family, _options.ConnectionBuckets).Emit(_make);
    }

    private void EmitEntry(Label entry)
    {
        _code.BeginFunction(new Function("track", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size), new NumberParameter("confirms")]), entry);
        NullGuard.Emit(_code, Register.R2, 0);
        _code.Move(TrackCode.Key, Register.R2);
        _code.Move(TrackCode.Context, Register.R1);
        _track.Store(TrackCode.Confirms, Register.R3);

        // 0, but the verifier sees any number, and so takes one turn of the option walk for another.
        _code.Alu(AluOperation.ShiftRight, Register.R3, 1);
        foreach (int at in (ReadOnlySpan<int>)[TrackCode.OptionAt, TrackCode.OptionLength, TrackCode.OptionFlags, TrackCode.OptionScale, TrackCode.SackSeen])
        {
            _track.Store(TrackCode.InFrame(at, MemorySize.Byte), Register.R3);
        }

        _track.Set(TrackCode.Kind, 0);
        _track.Set(TrackCode.PlaceForRules, 0);
        _code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Context, 8);
        if (_options.KernelTracking.HasFlag(KernelTracking.States))
        {
            KernelState.EmitLoad(_code, _untracked);
            _track.Store(TrackCode.SaidByKernel, Register.R2);
        }

        _code.LoadMember(MemorySize.Word, Register.R1, Register.R1, "sk_buff", "len");
        _track.Store(TrackCode.Length, Register.R1);
        if (_family == Family.IPv6)
        {
            _track.If(TrackCode.InKey(PacketKey.ChainBroken, MemorySize.Byte), JumpCondition.NotEqual, 0, _invalid);

            // Nothing comes behind the headers (ipv6_skip_exthdr).
            _track.If(TrackCode.InKey(PacketKey.Protocol, MemorySize.Byte), JumpCondition.Equal, IpProtocol.NoNextHeader, _invalid);
        }

        _track.If(TrackCode.InKey(PacketKey.FragmentOffset, MemorySize.Half), JumpCondition.NotEqual, 0, _invalid);
    }

    private void EmitJumpIfShort(int bytes) =>
        _track.If(TrackCode.InKey(PacketKey.TransportLength, MemorySize.Half), JumpCondition.Less, bytes, _invalid);

    private void EmitPortTuple()
    {
        _tuples.EmitEndsOfKey();
        _tuples.EmitPortsOfKey();
        _tuples.EmitOrder();
        _code.Jump(_lookup);
    }

    /// <summary>nf_conntrack_proto_udp.c, udp_error.</summary>
    private void EmitUdp()
    {
        EmitJumpIfShort(8);
        _reads.EmitHeader(8, _invalid);
        _code.Load(MemorySize.Half, Register.R1, Register.R10, TrackCode.Buffer + 4 - TrackCode.FrameBytes);
        _code.ToBigEndian(Register.R1, 16);
        _code.Jump(JumpCondition.Less, Register.R1, 8, _invalid);
        _track.Load(Register.R2, TrackCode.InKey(PacketKey.TransportLength, MemorySize.Half));
        _code.Jump(JumpCondition.Greater, Register.R1, Register.R2, _invalid);
        EmitPortTuple();
    }

    /// <summary>nf_conntrack_proto_udp.c, udplite_error: what the checksum covers, 0 for all, and a checksum that must be there.</summary>
    private void EmitUdpLite()
    {
        Label whole = _code.DefineLabel("covers all");
        EmitJumpIfShort(8);
        _reads.EmitHeader(8, _invalid);
        _code.Load(MemorySize.Half, Register.R1, Register.R10, TrackCode.Buffer + 6 - TrackCode.FrameBytes);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, _invalid);
        _code.Load(MemorySize.Half, Register.R1, Register.R10, TrackCode.Buffer + 4 - TrackCode.FrameBytes);
        _code.ToBigEndian(Register.R1, 16);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, whole);
        _code.Jump(JumpCondition.Less, Register.R1, 8, _invalid);
        _track.Load(Register.R2, TrackCode.InKey(PacketKey.TransportLength, MemorySize.Half));
        _code.Jump(JumpCondition.Greater, Register.R1, Register.R2, _invalid);
        _code.Mark(whole);
        EmitPortTuple();
    }

    /// <summary>ICMPv6 over IPv4 and ICMP over IPv6: nobody sends these, but the kernel takes them for queries all the same, and for no errors.</summary>
    private byte OtherIcmp => _family == Family.IPv4 ? IpProtocol.Icmpv6 : IpProtocol.Icmp;

    private void EmitQuery(bool isIcmp)
    {
        _tuples.EmitEndsOfKey();
        _tuples.EmitQuery(isIcmp, _invalid);
        _code.Jump(_lookup);
    }

    private void EmitIcmp()
    {
        Label query = _code.DefineLabel("icmp query"), error = _code.DefineLabel("icmp error");
        EmitJumpIfShort(8);
        _reads.EmitHeader(8, _invalid);
        _code.Load(MemorySize.Byte, Register.R1, Register.R10, TrackCode.Buffer - TrackCode.FrameBytes);
        if (_family == Family.IPv4)
        {
            foreach (int type in (ReadOnlySpan<int>)[3, 4, 5, 11, 12])
            {
                _code.Jump(JumpCondition.Equal, Register.R1, type, error);
            }
        }
        else
        {
            // Listener discovery and neighbour discovery.
            _code.Jump(JumpCondition.Less, Register.R1, 128, error);
            _code.Jump(JumpCondition.Equal, Register.R1, 143, _untracked);
            _code.Jump(JumpCondition.Less, Register.R1, 130, query);
            _code.Jump(JumpCondition.LessOrEqual, Register.R1, 136, _untracked);
        }

        _code.Mark(query);
        EmitQuery(_family == Family.IPv4);
        _code.Mark(error);
        new ErrorTracker(_track, _tuples, _reads, _family, _hook).Emit(_invalid, EmitFind);
    }

    /// <summary>R9 = the entry of the tuple in the frame, which may have expired.</summary>
    private void EmitFind(Label missing)
    {
        _track.Address(Register.R1, TrackCode.Tuple);
        _callFind();
        _track.Store(TrackCode.Place, Register.R0);
        _track.If(TrackCode.Place, JumpCondition.Equal, 0, missing);
        _track.EmitEntryOfPlace();
    }

    /// <summary>Where both ends are the same, a packet is its own answer: the kernel finds the connection by that direction first.</summary>
    private void EmitAnswerIfSameEnds()
    {
        Label differ = _code.DefineLabel("ends differ");
        Slot protocol = TrackCode.InKey(PacketKey.Protocol, MemorySize.Byte);
        (int First, int Second)[] halves = _family == Family.IPv4
            ? [(ConnectionTuple.FirstLow, ConnectionTuple.SecondLow)]
            : [(ConnectionTuple.FirstLow, ConnectionTuple.SecondLow), (ConnectionTuple.FirstHigh, ConnectionTuple.SecondHigh)];
        foreach ((int first, int second) in halves)
        {
            _track.Load(Register.R1, TrackCode.InFrame(TrackCode.Tuple + first, MemorySize.DoubleWord));
            _track.Load(Register.R2, TrackCode.InFrame(TrackCode.Tuple + second, MemorySize.DoubleWord));
            _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, differ);
        }

        _track.If(
            TrackCode.InFrame(TrackCode.Tuple + ConnectionTuple.FirstPort, MemorySize.Half), JumpCondition.NotEqual,
            TrackCode.InFrame(TrackCode.Tuple + ConnectionTuple.SecondPort, MemorySize.Half), differ);

        // Ports of a query are an identifier and a type.
        _track.If(protocol, JumpCondition.Equal, IpProtocol.Icmp, differ);
        _track.If(protocol, JumpCondition.Equal, IpProtocol.Icmpv6, differ);
        _track.Set(TrackCode.Direction, 1);
        _code.Mark(differ);
    }

    /// <summary>Goes where the entry's time is over; one that has been ended before it is not over.</summary>
    private void EmitJumpIfOver(Label over)
    {
        Label ended = _code.DefineLabel("ended");
        _code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Entry, ConnectionEntry.Expires);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, ended);
        _code.Call(Helper.Jiffies64);
        _code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Entry, ConnectionEntry.Expires);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R0);
        _code.Jump(JumpCondition.SignedLessOrEqual, Register.R1, 0, over);
        _code.Mark(ended);
    }

    private void EmitLookup()
    {
        Label live = _code.DefineLabel("live"), loopback = _code.DefineLabel("loopback");
        _track.Set(TrackCode.Place, 0);
        _track.If(TrackCode.Confirms, JumpCondition.Equal, TrackCode.KnownAbsent, _missing);
        EmitFind(_missing);
        _track.Load(Register.R1, TrackCode.InEntry(ConnectionEntry.Flags));
        _code.Alu(AluOperation.And, Register.R1, ConnectionEntry.BeganSwapped);
        _track.Load(Register.R2, TrackCode.Swapped);
        _code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        _code.Alu(AluOperation.And, Register.R1, 1);
        _track.Store(TrackCode.Direction, Register.R1);
        EmitAnswerIfSameEnds();
        EmitStateOfEntry();
        if (_hook == Hook.LocalIn)
        {
            // The entry as it is tells what the packet was where it left, even one that this packet has ended.
            LoopbackDevice.EmitJump(_code, TrackCode.Context, loopback);
        }

        _code.Call(Helper.Jiffies64);
        _code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Entry, ConnectionEntry.Expires);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R0);
        _code.Jump(JumpCondition.SignedGreater, Register.R1, 0, live);
        _code.Jump(_missing);
        _code.Mark(loopback);
        EmitJumpIfOver(_missing);
        _track.Copy(TrackCode.PlaceForRules, TrackCode.Place);
        EmitReturn(0);
        _code.Mark(live);
    }

    /// <summary>Established where packets have gone both ways, this one's included.</summary>
    private void EmitStateOfEntry()
    {
        Label established = _code.DefineLabel("established"), done = _code.DefineLabel("state told");
        _track.Copy(TrackCode.InKey(PacketKey.ConnectionDirection, MemorySize.Byte), TrackCode.Direction);
        _track.If(TrackCode.Direction, JumpCondition.NotEqual, 0, established);
        _track.IfSet(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.SeenReply, established);
        EmitNew();
        _code.Jump(done);
        _code.Mark(established);
        _track.Set(TrackCode.InKey(PacketKey.ConnectionState, MemorySize.Byte), (int)ConnectionState.Established);
        _code.Mark(done);
    }

    /// <summary>Another processor may have remembered the connection since this packet was asked about.</summary>
    private void EmitFound()
    {
        _track.If(TrackCode.Confirms, JumpCondition.Equal, TrackCode.Confirming, _none);
        _track.Copy(TrackCode.PlaceForRules, TrackCode.Place);
        _code.Jump(_packets);
    }

    /// <summary>R8 = the sending side, R7 = the receiving one; the context is not needed any more.</summary>
    private void EmitSidesOfEntry()
    {
        _track.Load(Register.R1, TrackCode.Direction);
        _code.Alu(AluOperation.And, Register.R1, 1);
        _code.Alu(AluOperation.Multiply, Register.R1, ConnectionEntry.SideSize);
        _code.Move(TrackCode.Sender, TrackCode.Entry);
        _track.Places.EmitMove(TrackCode.Sender, ConnectionEntry.TcpLine);
        _code.Move(TrackCode.Receiver, TrackCode.Sender);
        _code.Alu(AluOperation.Add, TrackCode.Sender, Register.R1);
        _code.Move(Register.R2, ConnectionEntry.SideSize);
        _code.Alu(AluOperation.Subtract, Register.R2, Register.R1);
        _code.Alu(AluOperation.Add, TrackCode.Receiver, Register.R2);
    }

    /// <summary>What may begin a connection: a SYN, or an ACK of one that is open already; a query; SCTP as its chunks say; all else.</summary>
    private void EmitMissing()
    {
        Label begins = _code.DefineLabel("begins"), notTcp = _code.DefineLabel("not tcp"), association = _code.DefineLabel("new association");
        Slot protocol = TrackCode.InKey(PacketKey.Protocol, MemorySize.Byte);
        _track.If(TrackCode.Confirms, JumpCondition.Equal, TrackCode.Confirming, _create);
        _track.If(protocol, JumpCondition.NotEqual, IpProtocol.Tcp, notTcp);
        _track.If(TrackCode.Kind, JumpCondition.Equal, TcpStates.Syn, begins);
        _track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Ack, _invalid);
        _track.IfSetting(TrackingTable.Loose, JumpCondition.Equal, 0, _invalid);
        _code.Jump(begins);
        _code.Mark(notTcp);
        Label query = _code.DefineLabel("is it a query");
        _track.If(protocol, JumpCondition.Equal, IpProtocol.Udp, begins);
        _track.If(protocol, JumpCondition.Equal, IpProtocol.Sctp, association);
        _track.If(protocol, JumpCondition.Equal, IpProtocol.Icmp, query);
        _track.If(protocol, JumpCondition.NotEqual, IpProtocol.Icmpv6, begins);
        _code.Mark(query);
        _track.If(TrackCode.Swapped, JumpCondition.NotEqual, 0, _invalid);
        _code.Jump(begins);
        _code.Mark(association);
        _sctp.EmitFirst();
        _code.Mark(begins);
        EmitBegins();
    }

    /// <summary>The packet is the first of a connection of which nothing is known yet.</summary>
    private void EmitBegins()
    {
        EmitNew();
        _track.Set(TrackCode.InKey(PacketKey.ConnectionDirection, MemorySize.Byte), (int)ConnectionDirection.Original);
        _track.Set(TrackCode.PlaceForRules, 0);
        _track.Set(TrackCode.InKey(PacketKey.ConnectionMark, MemorySize.Word), 0);
        _track.Set(TrackCode.InKey(PacketKey.ConnectionLabels, MemorySize.DoubleWord), 0);
        _track.Set(TrackCode.InKey(PacketKey.ConnectionLabels + 8, MemorySize.DoubleWord), 0);
        EmitReturn(1);
    }

    /// <summary>What rules have given the connection before it was remembered.</summary>
    private void EmitGiven()
    {
        _track.Copy(TrackCode.InEntry(ConnectionEntry.Mark), TrackCode.InKey(PacketKey.ConnectionMark, MemorySize.Word));
        foreach (int half in (ReadOnlySpan<int>)[0, 8])
        {
            _track.Copy(TrackCode.InEntry(ConnectionEntry.Labels + half, MemorySize.DoubleWord), TrackCode.InKey(PacketKey.ConnectionLabels + half, MemorySize.DoubleWord));
        }
    }

    /// <summary>The expired entry of the same tuple, or a new one; then what this packet says of it.</summary>
    private void EmitCreate()
    {
        Label tcp = _code.DefineLabel("new tcp"), make = _code.DefineLabel("make"), made = _code.DefineLabel("made");
        _track.If(TrackCode.Place, JumpCondition.Equal, 0, make);
        _track.EmitEntryOfPlace();
        for (int at = 0; at < ConnectionEntry.Size; at += 8)
        {
            if (ConnectionEntry.TuplePartAt(at) is null)
            {
                _track.Set(TrackCode.InEntry(at, MemorySize.DoubleWord), 0);
            }
        }

        _code.Jump(made);
        _code.Mark(make);
        EmitMake();
        _code.Mark(made);
        _track.Copy(TrackCode.InEntry(ConnectionEntry.Flags), TrackCode.Swapped);
        EmitGiven();
        _track.SetZeroUnseen(TrackCode.Direction);
        _code.Call(Helper.Jiffies64);
        _track.Store(TrackCode.InEntry(ConnectionEntry.Begins, MemorySize.DoubleWord), Register.R0);
        _track.If(TrackCode.InKey(PacketKey.Protocol, MemorySize.Byte), JumpCondition.Equal, IpProtocol.Tcp, tcp);
        _code.Jump(_packets);
        _code.Mark(tcp);
        EmitSidesOfEntry();
        EmitNewTcp();
        _code.Jump(_tcpPackets);
    }

    /// <summary>R9 = a new entry; three tries, for other processors may take the same place at the same moment. Loses R8.</summary>
    private void EmitMake()
    {
        const int Tries = 3;
        const Register Left = Register.R8;
        Label again = _code.DefineLabel("try again"), known = _code.DefineLabel("place known"), full = _code.DefineLabel("full"), room = _code.DefineLabel("room");
        _code.Move(Left, Tries);
        _code.Mark(again);
        _track.Address(Register.R1, TrackCode.Tuple);
        _code.Call(_make);
        _code.Jump(JumpCondition.NotEqual, Register.R0, MakeFunction.Busy, known, OperandWidth.Bits32);
        _code.Alu(AluOperation.Subtract, Left, 1);
        _code.Jump(JumpCondition.NotEqual, Left, 0, again);
        _code.Mark(full);
        EmitReturn(1);
        _code.Mark(known);
        _code.Jump(JumpCondition.Equal, Register.R0, MakeFunction.NoRoom, full, OperandWidth.Bits32);
        _code.Mark(room);
        _code.Alu(AluOperation.Subtract, Register.R0, MakeFunction.FirstPlace - 1);
        _track.Store(TrackCode.Place, Register.R0);
        _track.EmitEntryOfPlace();
    }

    /// <summary>nf_conntrack_proto_tcp.c, tcp_new.</summary>
    private void EmitNewTcp()
    {
        Label middle = _code.DefineLabel("picked up"), options = _code.DefineLabel("no options of SYN");
        Slot end = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.End), maxEnd = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.MaxEnd);
        Slot flags = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.SideFlags);
        _track.Copy(end, TrackCode.End);
        _track.CopyAtLeastOne(TcpTracker.Side(TrackCode.Sender, ConnectionEntry.MaxWindow), TrackCode.Window);
        _track.Set(TrackCode.InEntry(ConnectionEntry.LastIndex, MemorySize.Byte), TcpStates.Nothing);
        _track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Syn, middle);
        _track.Copy(maxEnd, TrackCode.End);
        _track.If(TrackCode.InFrame(TrackCode.OptionLength, MemorySize.Byte), JumpCondition.Equal, 0, options);
        _track.Copy(TcpTracker.Side(TrackCode.Sender, ConnectionEntry.Scale), TrackCode.InFrame(TrackCode.OptionScale, MemorySize.Byte));
        _track.Copy(flags, TrackCode.InFrame(TrackCode.OptionFlags, MemorySize.Byte));
        _code.Mark(options);
        _code.Jump(_tcpPackets);
        _code.Mark(middle);
        _track.Load(Register.R2, TrackCode.End);
        _track.Load(Register.R1, TcpTracker.Side(TrackCode.Sender, ConnectionEntry.MaxWindow));
        _code.Alu(AluOperation.Add, Register.R1, Register.R2, OperandWidth.Bits32);
        _track.Store(maxEnd, Register.R1);
        _track.Set(flags, TcpStates.HasSack | TcpStates.IsLiberal);
        _track.Set(TcpTracker.Side(TrackCode.Receiver, ConnectionEntry.SideFlags), TcpStates.HasSack | TcpStates.IsLiberal);
    }

    /// <summary>What a packet does to the entry of its connection, by protocol.</summary>
    private void EmitPackets()
    {
        Label lite = _code.DefineLabel("udplite packet"), udp = _code.DefineLabel("udp packet"), icmp = _code.DefineLabel("icmp packet"), icmpv6 = _code.DefineLabel("icmpv6 packet"), gre = _code.DefineLabel("gre packet"), sctp = _code.DefineLabel("sctp packet"), notTcp = _code.DefineLabel("packet not of tcp");
        _code.Mark(_packets);
        _code.Load(MemorySize.Byte, Register.R1, TrackCode.Key, PacketKey.Protocol);
        _code.Jump(JumpCondition.NotEqual, Register.R1, IpProtocol.Tcp, notTcp);
        EmitSidesOfEntry();
        _code.Mark(_tcpPackets);
        Label reopened = _code.DefineLabel("reopened");
        new TcpTracker(_track, _refreshed, _counted, _accepted, _invalid, reopened).Emit();
        _code.Mark(reopened);
        EmitBegins();
        _code.Mark(notTcp);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Udp, udp);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Icmp, icmp);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Icmpv6, icmpv6);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Gre, gre);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.UdpLite, lite);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Sctp, sctp);
        EmitRefresh(TrackingTable.Generic);
        _code.Mark(sctp);
        _sctp.EmitPacket(EmitSidesOfEntry, _refreshed, _accepted);
        _code.Mark(icmp);
        EmitRefresh(TrackingTable.Icmp);
        _code.Mark(icmpv6);
        EmitRefresh(TrackingTable.Icmpv6);
        _code.Mark(gre);
        Label oneWay = _code.DefineLabel("one way"), stream = _code.DefineLabel("stream"), notYet = _code.DefineLabel("not yet");
        _track.IfClear(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.SeenReply, oneWay);
        _track.SetBits(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.Assured);
        EmitRefresh(TrackingTable.GreStream);
        _code.Mark(oneWay);
        EmitRefresh(TrackingTable.Gre);

        _code.Mark(lite);
        _track.IfSet(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.SeenReply, stream);
        _code.Jump(notYet);

        // nf_conntrack_proto_udp.c, nf_conntrack_udp_packet.
        _code.Mark(udp);
        _track.IfClear(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.SeenReply, notYet);
        _code.Call(Helper.Jiffies64);
        _track.Load(Register.R1, TrackCode.InEntry(ConnectionEntry.Begins, MemorySize.DoubleWord));
        _code.Alu(AluOperation.Subtract, Register.R0, Register.R1);
        _track.LoadTimeout(TrackingTable.UdpStreamAfter);
        _code.Jump(JumpCondition.Greater, Register.R0, Register.R1, stream);
        _code.Mark(notYet);
        EmitRefresh(TrackingTable.Udp);
        _code.Mark(stream);
        _track.SetBits(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.Assured);
        EmitRefresh(TrackingTable.UdpStream);
    }

    private void EmitRefresh(int timeout)
    {
        _track.LoadTimeout(timeout);
        _track.Store(TrackCode.Timeout, Register.R1);
        _code.Jump(_refreshed);
    }

    /// <summary>The packet counts, and its connection lives on (nf_ct_refresh_acct), or has ended (nf_ct_kill_acct).</summary>
    private void EmitRefreshed()
    {
        _track.EmitRefresh();
        _code.Mark(_counted);
        _track.Load(Register.R1, TrackCode.Direction);
        _code.Alu(AluOperation.And, Register.R1, 1);
        _track.Load(Register.R3, TrackCode.Length);
        _code.Move(Register.R4, TrackCode.Entry);
        EntryCounters.EmitCount(_code, _track.Places, Register.R4, Register.R1, Register.R3, Register.R2);
    }

    /// <summary>The first answer makes an entry one that no flood of new connections can push out.</summary>
    private void EmitAccepted()
    {
        Slot flags = TrackCode.InEntry(ConnectionEntry.Flags);
        _track.If(TrackCode.Direction, JumpCondition.Equal, 0, _none);
        _track.IfSet(flags, ConnectionEntry.SeenReply, _none);
        _track.SetBits(flags, ConnectionEntry.SeenReply);
        _code.Load(MemorySize.DoubleWord, Register.R0, TrackCode.Entry, ConnectionEntry.Expires);
        _track.EmitRank();
        _code.Jump(_none);
    }

    /// <summary>New, unless the kernel knows the connection that this one belongs to: there are no helpers here.</summary>
    private void EmitNew()
    {
        Label done = _code.DefineLabel("new or related");
        Slot state = TrackCode.InKey(PacketKey.ConnectionState, MemorySize.Byte);
        _track.Set(state, (int)ConnectionState.New);
        if (_options.KernelTracking.HasFlag(KernelTracking.States))
        {
            _track.If(TrackCode.SaidByKernel, JumpCondition.NotEqual, KernelState.Related, done);
            _track.Set(state, (int)ConnectionState.Related);
        }

        _code.Mark(done);
    }

    private void EmitState(ConnectionState state, int direction)
    {
        _track.Set(TrackCode.InKey(PacketKey.ConnectionState, MemorySize.Byte), (int)state);
        _track.Set(TrackCode.InKey(PacketKey.ConnectionDirection, MemorySize.Byte), direction);
    }

    private void EmitReturn(int result)
    {
        _code.Move(Register.R0, result);
        _code.Exit();
    }
}
