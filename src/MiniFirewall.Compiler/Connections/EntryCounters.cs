using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// Packets and bytes of a connection's sides. The low halves of packets stand beside what each packet looks at; their high halves are
/// touched once in four thousand million packets.
/// </summary>
internal static class EntryCounters
{
    /// <summary>Counts one packet. Loses the entry, the direction and the scratch register.</summary>
    /// <param name="direction">0 for the side that began, 1 for the other; the verifier knows it.</param>
    internal static void EmitCount(Assembler code, TablePlaces places, Register entry, Register direction, Register length, Register scratch)
    {
        Label low = code.DefineLabel("high half stays");
        code.Alu(AluOperation.Multiply, direction, ConnectionEntry.PacketsSize);
        code.Alu(AluOperation.Add, entry, direction);
        code.Load(MemorySize.Word, scratch, entry, ConnectionEntry.Packets);
        code.Alu(AluOperation.Add, scratch, 1, OperandWidth.Bits32);
        code.Store(MemorySize.Word, entry, ConnectionEntry.Packets, scratch);
        code.Jump(JumpCondition.NotEqual, scratch, 0, low);
        places.EmitMove(entry, ConnectionEntry.LineOf(ConnectionEntry.PacketsHigh));
        code.Load(MemorySize.Word, scratch, entry, ConnectionEntry.InLine(ConnectionEntry.PacketsHigh));
        code.Alu(AluOperation.Add, scratch, 1);
        code.Store(MemorySize.Word, entry, ConnectionEntry.InLine(ConnectionEntry.PacketsHigh), scratch);
        places.EmitMove(entry, -ConnectionEntry.LineOf(ConnectionEntry.PacketsHigh));
        code.Mark(low);
        code.Alu(AluOperation.Add, entry, direction);
        code.Load(MemorySize.DoubleWord, scratch, entry, ConnectionEntry.Bytes);
        code.Alu(AluOperation.Add, scratch, length);
        code.Store(MemorySize.DoubleWord, entry, ConnectionEntry.Bytes, scratch);
    }

    /// <summary>packets = what a side has sent so far.</summary>
    internal static void EmitPackets(Assembler code, TablePlaces places, Register packets, Register entry, int direction, Register scratch)
    {
        places.EmitLoad(MemorySize.Word, packets, entry, ConnectionEntry.PacketsHigh + (direction * ConnectionEntry.PacketsSize));
        code.Alu(AluOperation.ShiftLeft, packets, 32);
        code.Load(MemorySize.Word, scratch, entry, ConnectionEntry.Packets + (direction * ConnectionEntry.PacketsSize));
        code.Alu(AluOperation.Or, packets, scratch);
    }

    /// <summary>bytes = what a side has sent so far.</summary>
    internal static void EmitBytes(Assembler code, Register bytes, Register entry, int direction) =>
        code.Load(MemorySize.DoubleWord, bytes, entry, ConnectionEntry.Bytes + (direction * ConnectionEntry.BytesSize));
}
