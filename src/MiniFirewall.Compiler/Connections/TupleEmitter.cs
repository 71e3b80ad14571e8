using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>Writes the tuple of a packet into the frame.</summary>
internal sealed class TupleEmitter(TrackCode track, Family family)
{
    private bool IsV4 => family == Family.IPv4;

    /// <summary>The ends of the packet at hand, without ports.</summary>
    internal void EmitEndsOfKey()
    {
        (int Key, int Tuple)[] halves =
        [
            (PacketKey.SourceHigh, ConnectionTuple.FirstHigh), (PacketKey.SourceLow, ConnectionTuple.FirstLow),
            (PacketKey.DestinationHigh, ConnectionTuple.SecondHigh), (PacketKey.DestinationLow, ConnectionTuple.SecondLow),
        ];
        foreach ((int key, int tuple) in halves)
        {
            bool isHigh = tuple is ConnectionTuple.FirstHigh or ConnectionTuple.SecondHigh;
            if (IsV4 && isHigh)
            {
                track.Set(Half(tuple), 0);
                continue;
            }

            track.Code.Load(IsV4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R1, TrackCode.Key, key);
            track.Store(Half(tuple), Register.R1);
        }

        track.Code.Load(MemorySize.Byte, Register.R1, TrackCode.Key, PacketKey.Protocol);
        EmitRest();
    }

    /// <summary>The ends of the network header in the buffer, without ports; R1 is its protocol.</summary>
    internal void EmitEndsOfBuffer()
    {
        EmitRest();
        if (IsV4)
        {
            track.Set(Half(ConnectionTuple.FirstHigh), 0);
            track.Set(Half(ConnectionTuple.SecondHigh), 0);
            EmitFromBuffer(12, MemorySize.Word, 32, ConnectionTuple.FirstLow);
            EmitFromBuffer(16, MemorySize.Word, 32, ConnectionTuple.SecondLow);
            return;
        }

        EmitFromBuffer(8, MemorySize.DoubleWord, 64, ConnectionTuple.FirstHigh);
        EmitFromBuffer(16, MemorySize.DoubleWord, 64, ConnectionTuple.FirstLow);
        EmitFromBuffer(24, MemorySize.DoubleWord, 64, ConnectionTuple.SecondHigh);
        EmitFromBuffer(32, MemorySize.DoubleWord, 64, ConnectionTuple.SecondLow);
    }

    internal void EmitPortsOfKey()
    {
        track.Copy(Port(ConnectionTuple.FirstPort), TrackCode.InKey(PacketKey.SourcePort, MemorySize.Half));
        track.Copy(Port(ConnectionTuple.SecondPort), TrackCode.InKey(PacketKey.DestinationPort, MemorySize.Half));
    }

    /// <summary>Ports at the beginning of the buffer.</summary>
    internal void EmitPortsOfBuffer()
    {
        EmitPort(0, ConnectionTuple.FirstPort);
        EmitPort(2, ConnectionTuple.SecondPort);
    }

    /// <summary>The lower end first.</summary>
    internal void EmitOrder()
    {
        Assembler code = track.Code;
        Label swap = code.DefineLabel("swap"), done = code.DefineLabel("in order");
        if (!IsV4)
        {
            EmitCompare(Half(ConnectionTuple.FirstHigh), Half(ConnectionTuple.SecondHigh), swap, done);
        }

        EmitCompare(Half(ConnectionTuple.FirstLow), Half(ConnectionTuple.SecondLow), swap, done);
        track.Load(Register.R1, Port(ConnectionTuple.FirstPort));
        track.Load(Register.R2, Port(ConnectionTuple.SecondPort));
        code.Jump(JumpCondition.LessOrEqual, Register.R1, Register.R2, done);
        code.Mark(swap);
        EmitSwap(Port(ConnectionTuple.FirstPort), Port(ConnectionTuple.SecondPort));
        EmitSwapEnds();
        code.Mark(done);
    }

    /// <summary>
    /// Of an ICMP query whose header is in the buffer, or of the answer to one: the asking end first, and what tells queries apart as
    /// ports. Goes to <paramref name="unknown"/> where it is neither (nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c, invmap).
    /// </summary>
    /// <param name="isIcmp">ICMP; else ICMPv6.</param>
    internal void EmitQuery(bool isIcmp, Label unknown)
    {
        (int Query, int Answer)[] pairs = isIcmp ? [(8, 0), (13, 14), (15, 16), (17, 18)] : [(128, 129), (139, 140)];
        Assembler code = track.Code;
        Label query = code.DefineLabel("query"), answer = code.DefineLabel("answer");
        code.Load(MemorySize.Byte, Register.R1, Register.R10, TrackCode.Buffer - TrackCode.FrameBytes);
        foreach ((int asks, int answers) in pairs)
        {
            Label next = code.DefineLabel("next type");
            code.Jump(JumpCondition.Equal, Register.R1, asks, query);
            code.Jump(JumpCondition.NotEqual, Register.R1, answers, next);
            code.Move(Register.R1, asks);
            code.Jump(answer);
            code.Mark(next);
        }

        code.Jump(unknown);
        code.Mark(answer);
        code.Move(Register.R5, Register.R1);
        EmitSwapEnds();
        code.Move(Register.R1, Register.R5);
        code.Mark(query);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 8);
        code.Load(MemorySize.Byte, Register.R2, Register.R10, TrackCode.Buffer + 1 - TrackCode.FrameBytes);
        code.Alu(AluOperation.Or, Register.R1, Register.R2);
        track.Store(Port(ConnectionTuple.SecondPort), Register.R1);
        EmitPort(4, ConnectionTuple.FirstPort);
    }

    private static Slot Half(int at) => TrackCode.InFrame(TrackCode.Tuple + at, MemorySize.DoubleWord);

    private static Slot Port(int at) => TrackCode.InFrame(TrackCode.Tuple + at, MemorySize.Half);

    /// <summary>R1 is the protocol.</summary>
    private void EmitRest()
    {
        track.Store(TrackCode.InFrame(TrackCode.Tuple + ConnectionTuple.Protocol, MemorySize.Byte), Register.R1);
        track.Set(TrackCode.InFrame(TrackCode.Tuple + ConnectionTuple.Family, MemorySize.Byte), (int)family);
        track.Set(Port(ConnectionTuple.Zero), 0);
        track.Set(Port(ConnectionTuple.FirstPort), 0);
        track.Set(Port(ConnectionTuple.SecondPort), 0);
        track.Set(TrackCode.Swapped, 0);
    }

    private void EmitFromBuffer(int from, MemorySize size, int bits, int to)
    {
        track.Code.Load(size, Register.R1, Register.R10, TrackCode.Buffer + from - TrackCode.FrameBytes);
        track.Code.ToBigEndian(Register.R1, bits);
        track.Store(Half(to), Register.R1);
    }

    private void EmitPort(int from, int to)
    {
        track.Code.Load(MemorySize.Half, Register.R1, Register.R10, TrackCode.Buffer + from - TrackCode.FrameBytes);
        track.Code.ToBigEndian(Register.R1, 16);
        track.Store(Port(to), Register.R1);
    }

    private void EmitCompare(Slot first, Slot second, Label swap, Label done)
    {
        track.Load(Register.R1, first);
        track.Load(Register.R2, second);
        track.Code.Jump(JumpCondition.Less, Register.R1, Register.R2, done);
        track.Code.Jump(JumpCondition.Greater, Register.R1, Register.R2, swap);
    }

    private void EmitSwapEnds()
    {
        EmitSwap(Half(ConnectionTuple.FirstHigh), Half(ConnectionTuple.SecondHigh));
        EmitSwap(Half(ConnectionTuple.FirstLow), Half(ConnectionTuple.SecondLow));
        track.Set(TrackCode.Swapped, 1);
    }

    private void EmitSwap(Slot first, Slot second)
    {
        track.Load(Register.R1, first);
        track.Load(Register.R2, second);
        track.Store(first, Register.R2);
        track.Store(second, Register.R1);
    }
}
