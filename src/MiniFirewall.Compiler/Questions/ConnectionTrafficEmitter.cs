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
            EmitTest();
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
        EmitSum();
        _code.Jump(known);
        _code.Mark(begins);
        EmitOwn();
        _code.Mark(known);
    }

    private void EmitSum()
    {
        int first = question.Direction == TrafficDirection.Reply ? 1 : 0;
        EntryCounters.EmitPackets(_code, function.Places, Packets, Connection, first, Register.R3);
        EntryCounters.EmitBytes(_code, Bytes, Connection, first);
        if (question.Direction != TrafficDirection.Both)
        {
            return;
        }

        EntryCounters.EmitPackets(_code, function.Places, Register.R3, Connection, 1, Register.R4);
        _code.Alu(AluOperation.Add, Packets, Register.R3);
        EntryCounters.EmitBytes(_code, Register.R3, Connection, 1);
        _code.Alu(AluOperation.Add, Bytes, Register.R3);
    }

    /// <summary>What a test says: packets and bytes of the original direction, then of the other.</summary>
    private void EmitTest()
    {
        const int Size = 8, Reply = 2 * Size;
        int first = question.Direction == TrafficDirection.Reply ? Reply : 0;
        _code.Load(MemorySize.DoubleWord, Packets, Connection, first);
        _code.Load(MemorySize.DoubleWord, Bytes, Connection, first + Size);
        if (question.Direction != TrafficDirection.Both)
        {
            return;
        }

        _code.Load(MemorySize.DoubleWord, Register.R3, Connection, Reply);
        _code.Alu(AluOperation.Add, Packets, Register.R3);
        _code.Load(MemorySize.DoubleWord, Register.R3, Connection, Reply + Size);
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
