using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Questions about a number of a packet's connection (net/netfilter/xt_conntrack.c).</summary>
internal sealed class ConnectionNumberEmitter(ConnectionNumberIn question, QuestionFunction function)
{
    private const Register Connection = Register.R9;

    private const int IdentifierAt = 4;

    private static readonly int[] s_withPorts = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.UdpLite, IpProtocol.Sctp];

    private readonly Assembler _code = function.Code;
    private readonly Label _known = function.Code.DefineLabel("number");

    private int Icmp => function.Family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6;

    internal static void Emit(ConnectionNumberIn question, QuestionFunction function) => new ConnectionNumberEmitter(question, function).Emit();

    /// <summary>Every way leads to the label with the number in R1.</summary>
    private void Emit()
    {
        function.AnswerWithoutConnection(question);
        if (function.IsTest)
        {
            EmitTest();
        }
        else
        {
            EmitNumber();
        }

        _code.Mark(_known);
        _code.Alu(AluOperation.Move, Register.R2, QuestionFunction.Argument, OperandWidth.Bits32);
        _code.Jump(JumpCondition.Less, Register.R1, Register.R2, function.No);
        _code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
        _code.Jump(JumpCondition.LessOrEqual, Register.R1, QuestionFunction.Argument, function.Yes);
    }

    private void EmitTest()
    {
        (MemorySize size, int at) = question.Number switch
        {
            ConnectionNumber.Protocol => (MemorySize.Byte, TestInputLayout.ConnectionProtocol),
            ConnectionNumber.SecondsLeft => (MemorySize.Word, TestInputLayout.ConnectionSecondsLeft),
            _ => (MemorySize.Half, TestInputLayout.ConnectionPorts + (2 * (int)EndOf(question.Number))),
        };
        function.LoadTest(size, Register.R1, at);
    }

    private void EmitNumber()
    {
        switch (question.Number)
        {
            case ConnectionNumber.Protocol:
                EmitProtocol();
                break;
            case ConnectionNumber.SecondsLeft:
                EmitSeconds();
                break;
            default:
                EmitPort(EndOf(question.Number));
                break;
        }
    }

    private static ConnectionEnd EndOf(ConnectionNumber port) => port switch
    {
        ConnectionNumber.OriginalSourcePort => ConnectionEnd.OriginalSource,
        ConnectionNumber.OriginalDestinationPort => ConnectionEnd.OriginalDestination,
        ConnectionNumber.ReplySourcePort => ConnectionEnd.ReplySource,
        _ => ConnectionEnd.ReplyDestination,
    };

    private void EmitProtocol()
    {
        Label begins = _code.DefineLabel("begins");
        function.LoadConnection(Connection, begins);
        _code.Load(MemorySize.Byte, Register.R1, Connection, ConnectionEntry.Of(ConnectionTuple.Protocol));
        _code.Jump(_known);
        _code.Mark(begins);
        _code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.Protocol);
    }

    /// <summary>The kernel's own number means nothing before the connection is remembered; as a rule it is 0 then.</summary>
    private void EmitSeconds()
    {
        Label begins = _code.DefineLabel("begins"), live = _code.DefineLabel("live");
        function.LoadConnection(Connection, begins);
        _code.Call(Helper.Jiffies64);
        _code.Load(MemorySize.DoubleWord, Register.R1, Connection, ConnectionEntry.Expires);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R0);
        _code.Jump(JumpCondition.SignedGreater, Register.R1, 0, live);
        _code.Mark(begins);
        _code.Move(Register.R1, 0);
        _code.Mark(live);
        _code.Alu(AluOperation.Divide, Register.R1, question.Hertz);
    }

    private void EmitPort(ConnectionEnd end)
    {
        Label own = _code.DefineLabel("own entry"), begins = _code.DefineLabel("begins");
        function.LoadKernelConnection(Connection, own);
        function.LoadKernelPort(Connection, end);
        _code.Jump(_known);
        _code.Mark(own);
        function.LoadConnection(Connection, begins);
        EmitEntryPort(end);
        _code.Mark(begins);
        EmitKeyPort(end);
    }

    private void EmitEntryPort(ConnectionEnd end)
    {
        Label swapped = _code.DefineLabel("swapped"), query = _code.DefineLabel("query");
        _code.Load(MemorySize.Byte, Register.R1, Connection, ConnectionEntry.Of(ConnectionTuple.Protocol));
        _code.Jump(JumpCondition.Equal, Register.R1, Icmp, query);
        _code.Load(MemorySize.Word, Register.R1, Connection, ConnectionEntry.Flags);
        _code.Jump(JumpCondition.Set, Register.R1, ConnectionEntry.BeganSwapped, swapped);
        EmitLoad(ConnectionFunction.IsFirst(end));
        _code.Mark(swapped);
        EmitLoad(!ConnectionFunction.IsFirst(end));
        _code.Mark(query);
        bool isIdentifier = IsIdentifier(end);
        _code.Load(MemorySize.Half, Register.R1, Connection, ConnectionEntry.Of(isIdentifier ? ConnectionTuple.FirstPort : ConnectionTuple.SecondPort));
        EmitAnswerType(end);
        _code.Jump(_known);

        void EmitLoad(bool isFirst)
        {
            _code.Load(MemorySize.Half, Register.R1, Connection, ConnectionEntry.Of(isFirst ? ConnectionTuple.FirstPort : ConnectionTuple.SecondPort));
            _code.Jump(_known);
        }
    }

    private void EmitKeyPort(ConnectionEnd end)
    {
        Label ports = _code.DefineLabel("ports"), query = _code.DefineLabel("query");
        _code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.Protocol);
        foreach (int protocol in s_withPorts)
        {
            _code.Jump(JumpCondition.Equal, Register.R1, protocol, ports);
        }

        _code.Jump(JumpCondition.Equal, Register.R1, Icmp, query);
        _code.Move(Register.R1, 0);
        _code.Jump(_known);
        _code.Mark(ports);
        _code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, ConnectionFunction.IsFirst(end) ? PacketKey.SourcePort : PacketKey.DestinationPort);
        _code.Jump(_known);
        _code.Mark(query);
        if (IsIdentifier(end))
        {
            EmitReadIdentifier();
            return;
        }

        _code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.SourcePort);
        EmitAnswerType(end);
    }

    private void EmitReadIdentifier()
    {
        const int Buffer = QuestionFunction.StackTop - 8;
        function.EmitOpen();
        _code.Load(MemorySize.Word, Connection, QuestionFunction.Key, PacketKey.TransportOffset);
        _code.Alu(AluOperation.Add, Connection, IdentifierAt);
        function.EmitRead(Buffer, 2, Connection, function.No);
        _code.Load(MemorySize.Half, Register.R1, Register.R10, Buffer);
        _code.ToBigEndian(Register.R1, 16);
    }

    /// <summary>The sources of a query's connection are its identifier, in both directions.</summary>
    private static bool IsIdentifier(ConnectionEnd end) => end is ConnectionEnd.OriginalSource or ConnectionEnd.ReplySource;

    /// <summary>R1, a query's type and code, becomes its answer's where the answer is asked for (nf_conntrack_proto_icmp.c, invmap).</summary>
    private void EmitAnswerType(ConnectionEnd end)
    {
        const int EchoType = 8;
        if (end != ConnectionEnd.ReplyDestination)
        {
            return;
        }

        Label answered = _code.DefineLabel("answered");
        _code.Alu(AluOperation.Add, Register.R1, 1 << 8);
        if (function.Family == Family.IPv4)
        {
            _code.Move(Register.R2, Register.R1);
            _code.Alu(AluOperation.ShiftRight, Register.R2, 8);
            _code.Jump(JumpCondition.NotEqual, Register.R2, EchoType + 1, answered);
            _code.Alu(AluOperation.And, Register.R1, 0xff);
        }

        _code.Mark(answered);
    }
}
