using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Writes the tuple of a packet's connection into a question's frame: that of its entry, or one that its entry would have.</summary>
/// <param name="at">Where, from the frame pointer on.</param>
internal sealed class ConnectionTupleEmitter(QuestionFunction function, int at)
{
    private const Register Connection = Register.R9;
    private static readonly int[] s_withPorts = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.UdpLite, IpProtocol.Sctp];

    private readonly Assembler _code = function.Code;

    private bool IsV4 => function.Family == Family.IPv4;

    private int Icmp => IsV4 ? IpProtocol.Icmp : IpProtocol.Icmpv6;

    /// <summary>Yes where nothing can be said of the packet's connection.</summary>
    internal static void Emit(ConnectionUnknowable _, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label ports = code.DefineLabel("ports"), query = code.DefineLabel("query");
        if (function.Family == Family.IPv6)
        {
            code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ChainBroken);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
        }

        code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.FragmentOffset);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
        code.Load(MemorySize.Half, Register.R2, QuestionFunction.Key, PacketKey.TransportLength);
        code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.Protocol);
        foreach (int protocol in s_withPorts)
        {
            code.Jump(JumpCondition.Equal, Register.R1, protocol, ports);
        }

        code.Jump(JumpCondition.Equal, Register.R1, function.Family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6, query);
        code.Jump(function.No);
        code.Mark(ports);
        code.Jump(JumpCondition.Less, Register.R2, ConnectionUnknowable.PortBytes, function.Yes);
        code.Jump(function.No);
        code.Mark(query);
        code.Jump(JumpCondition.Less, Register.R2, ConnectionUnknowable.QueryBytes, function.Yes);
    }

    /// <summary>Loses R0 to R5 and R9.</summary>
    internal void Emit()
    {
        Label begins = _code.DefineLabel("begins"), done = _code.DefineLabel("tuple"), query = _code.DefineLabel("query"), ports = _code.DefineLabel("ports"), order = _code.DefineLabel("order");
        function.LoadConnection(Connection, begins);
        for (int word = 0; word < ConnectionTuple.Size; word += 8)
        {
            function.Places.EmitLoad(MemorySize.DoubleWord, Register.R1, Connection, ConnectionEntry.Of(word));
            Store(MemorySize.DoubleWord, word, Register.R1);
        }

        _code.Jump(done);
        _code.Mark(begins);
        EmitEnds();
        _code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.Protocol);
        Store(MemorySize.Byte, ConnectionTuple.Protocol, Register.R1);
        foreach (int protocol in s_withPorts)
        {
            _code.Jump(JumpCondition.Equal, Register.R1, protocol, ports);
        }

        _code.Jump(JumpCondition.NotEqual, Register.R1, Icmp, order);
        EmitQuery();
        _code.Jump(done);
        _code.Mark(ports);
        _code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.SourcePort);
        Store(MemorySize.Half, ConnectionTuple.FirstPort, Register.R1);
        _code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.DestinationPort);
        Store(MemorySize.Half, ConnectionTuple.SecondPort, Register.R1);
        _code.Mark(order);
        EmitOrder(done);
        _code.Mark(done);
    }

    private void Store(MemorySize size, int part, Register value) => _code.Store(size, Register.R10, at + part, value);

    private void Load(MemorySize size, Register result, int part) => _code.Load(size, result, Register.R10, at + part);

    /// <summary>The packet's ends, the sender's first, no ports, and the family.</summary>
    private void EmitEnds()
    {
        (int Key, int Tuple)[] halves =
        [
            (PacketKey.SourceHigh, ConnectionTuple.FirstHigh), (PacketKey.SourceLow, ConnectionTuple.FirstLow),
            (PacketKey.DestinationHigh, ConnectionTuple.SecondHigh), (PacketKey.DestinationLow, ConnectionTuple.SecondLow),
        ];
        foreach ((int key, int tuple) in halves)
        {
            if (IsV4 && tuple is ConnectionTuple.FirstHigh or ConnectionTuple.SecondHigh)
            {
                _code.Move(Register.R1, 0);
            }
            else
            {
                _code.Load(IsV4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R1, QuestionFunction.Key, key);
            }

            Store(MemorySize.DoubleWord, tuple, Register.R1);
        }

        _code.LoadConstant(Register.R1, (ulong)function.Family << (8 * (ConnectionTuple.Family - ConnectionTuple.FirstPort)));
        Store(MemorySize.DoubleWord, ConnectionTuple.FirstPort, Register.R1);
    }

    private void EmitQuery()
    {
        const int IdentifierAt = 4, Half = 2;
        function.EmitOpen();
        _code.Load(MemorySize.Word, Connection, QuestionFunction.Key, PacketKey.TransportOffset);
        _code.Alu(AluOperation.Add, Connection, IdentifierAt);
        function.EmitRead(at + ConnectionTuple.FirstPort, Half, Connection, function.No);
        Load(MemorySize.Half, Register.R1, ConnectionTuple.FirstPort);
        _code.ToBigEndian(Register.R1, 16);
        Store(MemorySize.Half, ConnectionTuple.FirstPort, Register.R1);
        _code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.SourcePort);
        Store(MemorySize.Half, ConnectionTuple.SecondPort, Register.R1);
    }

    /// <summary>The lower end first (<see cref="TupleEmitter.EmitOrder"/>).</summary>
    private void EmitOrder(Label done)
    {
        Label swap = _code.DefineLabel("swap");
        if (!IsV4)
        {
            EmitCompare(MemorySize.DoubleWord, ConnectionTuple.FirstHigh, ConnectionTuple.SecondHigh, swap, done);
        }

        EmitCompare(MemorySize.DoubleWord, ConnectionTuple.FirstLow, ConnectionTuple.SecondLow, swap, done);
        EmitCompare(MemorySize.Half, ConnectionTuple.FirstPort, ConnectionTuple.SecondPort, swap, done);
        _code.Jump(done);
        _code.Mark(swap);
        EmitSwap(MemorySize.DoubleWord, ConnectionTuple.FirstHigh, ConnectionTuple.SecondHigh);
        EmitSwap(MemorySize.DoubleWord, ConnectionTuple.FirstLow, ConnectionTuple.SecondLow);
        EmitSwap(MemorySize.Half, ConnectionTuple.FirstPort, ConnectionTuple.SecondPort);
    }

    private void EmitCompare(MemorySize size, int first, int second, Label swap, Label done)
    {
        Load(size, Register.R1, first);
        Load(size, Register.R2, second);
        _code.Jump(JumpCondition.Less, Register.R1, Register.R2, done);
        _code.Jump(JumpCondition.Greater, Register.R1, Register.R2, swap);
    }

    private void EmitSwap(MemorySize size, int first, int second)
    {
        Load(size, Register.R1, first);
        Load(size, Register.R2, second);
        Store(size, first, Register.R2);
        Store(size, second, Register.R1);
    }
}
