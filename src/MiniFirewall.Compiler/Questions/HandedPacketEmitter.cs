using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Writes a <see cref="HandedRecord"/> while somebody reads them, or counts a lost one. A packet without a route is none of the
/// network's but a test run's.
/// </summary>
internal static class HandedPacketEmitter
{
    private const Register Context = Register.R6, Record = EventFields.Record, Skb = EventFields.Skb;
    private const int Argument = QuestionFunction.StackTop - 8, Dynptr = QuestionFunction.StackTop - 24, Mark = QuestionFunction.StackTop - 32;

    internal static void Emit(HandedPacket question, QuestionFunction function)
    {
        Assembler code = function.Code;
        if (function.IsTest)
        {
            code.Jump(function.Yes);
            return;
        }

        code.Store(MemorySize.DoubleWord, Register.R10, Argument, QuestionFunction.Argument);
        code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.Mark);
        code.Store(MemorySize.DoubleWord, Register.R10, Mark, Register.R1);
        code.Move(Context, QuestionFunction.Context);
        RingRecord.EmitIsRead(code, WellKnownMaps.ControlPacketsReadUntil, Register.R9, function.Yes);
        var fields = new EventFields(code, HandedRecord.EventOffset);
        fields.EmitOpen(Context);
        RouteOf.Emit(code, Register.R1, Skb);
        code.Jump(JumpCondition.Equal, Register.R1, 0, function.Yes);
        RingRecord.EmitReserve(code, WellKnownMaps.Packets, HandedRecord.Size, WellKnownMaps.ControlLostPackets, function.Yes);
        code.Move(Record, Register.R0);
        EmitWhat(code, question.Prefix);
        fields.Emit();
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Mark);
        code.Store(MemorySize.Word, Record, HandedRecord.EventOffset + EventRecord.MarkOffset, Register.R1);
        new PacketBytesEmitter(
            code, Record, Skb, HandedRecord.EventOffset + EventRecord.CapturedOffset, HandedRecord.EventOffset + EventRecord.Data, HandedRecord.MaxCaptured)
            .EmitAll(Context, Dynptr);
        code.Move(Register.R1, Record);
        code.Move(Register.R2, 0);
        code.Call(Helper.RingbufSubmit);
        code.Jump(function.Yes);
    }

    private static void EmitWhat(Assembler code, string prefix)
    {
        Label hasBytes = code.DefineLabel("has bytes");
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Argument);
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.ShiftRight, Register.R2, HandedPacket.GroupShift);
        code.Store(MemorySize.Half, Record, HandedRecord.GroupOffset, Register.R2);
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.ShiftRight, Register.R2, HandedPacket.HasBytesShift);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, hasBytes);
        code.Move(Register.R1, unchecked((int)HandedRecord.AllBytes));
        code.Mark(hasBytes);
        code.Store(MemorySize.Word, Record, HandedRecord.AskedOffset, Register.R1);
        code.LoadConstant(Register.R1, (ulong)EventKind.Handed << 32);
        code.Store(MemorySize.DoubleWord, Record, HandedRecord.EventOffset + EventRecord.CounterOffset, Register.R1);
        byte[] bytes = HandedRecord.PrefixOf(prefix);
        for (int part = 0; part < bytes.Length; part += 8)
        {
            code.LoadConstant(Register.R1, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(part)));
            code.Store(MemorySize.DoubleWord, Record, HandedRecord.PrefixOffset + part, Register.R1);
        }
    }
}
