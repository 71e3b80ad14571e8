using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks how much a packet's connection has carried (net/netfilter/xt_connbytes.c, connbytes_mt).</summary>
internal sealed class ConnectionTrafficEmitter(ConnectionTrafficIn question, QuestionFunction function)
{
    private const Register Connection = Register.R9, Packets = Register.R1, Bytes = Register.R2;

    private readonly Assembler _code = function.Code;

    internal static void Emit(ConnectionTrafficIn question, QuestionFunction function) => new ConnectionTrafficEmitter(question, function).Emit();

    private void Emit()
    {
        function.AnswerWithoutConnection(question);
        if (function.IsTest)
        {
            _code.LoadMapValue(Connection, WellKnownMaps.TestInput, TestInputLayout.ConnectionTraffic);
            EmitSum(0, 8);
        }
        else
        {
            EmitTraffic();
        }

        EmitMeasure();
        _code.LoadConstant(Register.R3, question.Low);
        _code.Jump(JumpCondition.Less, Register.R1, Register.R3, function.No);
        _code.LoadConstant(Register.R3, question.High);
        _code.Jump(JumpCondition.LessOrEqual, Register.R1, Register.R3, function.Yes);
    }

    private void EmitTraffic()
    {
        Label begins = _code.DefineLabel("begins"), known = _code.DefineLabel("traffic known");
        function.LoadConnection(Connection, begins);
        EmitSum(ConnectionEntry.Packets, ConnectionEntry.Bytes);
        _code.Jump(known);
        _code.Mark(begins);
        EmitOwn();
        _code.Mark(known);
    }

    /// <summary>The places are those of the original direction.</summary>
    private void EmitSum(int packets, int bytes)
    {
        int first = question.Direction == TrafficDirection.Reply ? ConnectionEntry.DirectionSize : 0;
        _code.Load(MemorySize.DoubleWord, Packets, Connection, first + packets);
        _code.Load(MemorySize.DoubleWord, Bytes, Connection, first + bytes);
        if (question.Direction != TrafficDirection.Both)
        {
            return;
        }

        _code.Load(MemorySize.DoubleWord, Register.R3, Connection, ConnectionEntry.DirectionSize + packets);
        _code.Alu(AluOperation.Add, Packets, Register.R3);
        _code.Load(MemorySize.DoubleWord, Register.R3, Connection, ConnectionEntry.DirectionSize + bytes);
        _code.Alu(AluOperation.Add, Bytes, Register.R3);
    }

    /// <summary>Of a connection that this packet begins there is this packet.</summary>
    private void EmitOwn()
    {
        if (question.Direction == TrafficDirection.Reply)
        {
            _code.Move(Packets, 0);
            _code.Move(Bytes, 0);
            return;
        }

        function.LoadSkb(Bytes);
        _code.LoadMember(MemorySize.Word, Bytes, Bytes, "sk_buff", "len");
        _code.Move(Packets, 1);
    }

    /// <summary>R1 = what is measured.</summary>
    private void EmitMeasure()
    {
        if (question.Unit == TrafficUnit.Packets)
        {
            return;
        }

        if (question.Unit == TrafficUnit.AverageBytes)
        {
            // Dividing by nothing is nothing in BPF (RFC 9669 §4.1), as it is here.
            _code.Alu(AluOperation.Divide, Bytes, Packets);
        }

        _code.Move(Packets, Bytes);
    }
}
