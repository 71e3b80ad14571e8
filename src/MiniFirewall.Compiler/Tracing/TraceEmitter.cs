using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Tracing;

/// <summary>
/// Puts the next header of a trace over the key that the prologue has made of the packet, so that one test run, which
/// repeats one packet, sees many. The prologue's own work remains.
/// </summary>
internal sealed class TraceEmitter(Assembler code, FieldUse use, TraceLayout layout)
{
    private const Register Line = Register.R1, Index = Register.R2, Value = Register.R3;

    /// <summary>Before the prologue: reads cache lines at random places. Loses R0 to R5.</summary>
    internal void EmitCold()
    {
        if (layout.ColdLines == 0)
        {
            return;
        }

        const Register State = Register.R2, Left = Register.R3, Place = Register.R4, Memory = Register.R5;
        Label turn = code.DefineLabel("cold line");
        code.LoadMapValue(Line, TraceLayout.MapName, TraceLayout.Random);
        code.Load(MemorySize.DoubleWord, State, Line, 0);
        code.Move(Left, layout.ColdLines);
        code.Mark(turn);
        code.Alu(AluOperation.Multiply, State, 1664525);
        code.Alu(AluOperation.Add, State, 1013904223);
        code.Move(Place, State);
        code.Alu(AluOperation.ShiftRight, Place, 24);
        code.Alu(AluOperation.And, Place, TraceLayout.ColdBytes - TraceLayout.CacheLine);
        code.LoadMapValue(Memory, TraceLayout.ColdMapName);
        code.Alu(AluOperation.Add, Memory, Place);
        code.Load(MemorySize.DoubleWord, Place, Memory, 0);
        code.Alu(AluOperation.Subtract, Left, 1);
        code.Jump(JumpCondition.NotEqual, Left, 0, turn);
        code.Store(MemorySize.DoubleWord, Line, 0, State);
    }

    /// <summary>After the prologue: the next header's fields, as far as the program reads them, to the key. Loses R1 to R3.</summary>
    internal void EmitHeader()
    {
        EmitNextIndex();
        code.Alu(AluOperation.Multiply, Index, layout.HeaderSize);
        code.Alu(AluOperation.Add, Line, Index);
        EmitAddress(Field.Source, TraceLayout.Source, PacketKey.SourceHigh, PacketKey.SourceLow);
        EmitAddress(Field.Destination, layout.Destination, PacketKey.DestinationHigh, PacketKey.DestinationLow);
        EmitField(Field.SourcePort, MemorySize.Half, layout.SourcePort, PacketKey.SourcePort);
        EmitField(Field.DestinationPort, MemorySize.Half, layout.DestinationPort, PacketKey.DestinationPort);
        EmitField(Field.Protocol, MemorySize.Byte, layout.Protocol, PacketKey.Protocol);
        EmitField(Field.TcpFlags, MemorySize.Byte, layout.TcpFlags, PacketKey.TcpFlags);
    }

    /// <summary>Line is the map's value, Index the position, which has been advanced; the last test is the verifier's.</summary>
    private void EmitNextIndex()
    {
        Label within = code.DefineLabel("within the trace"), bounded = code.DefineLabel("bounded");
        code.LoadMapValue(Line, TraceLayout.MapName);
        code.Load(MemorySize.DoubleWord, Index, Line, TraceLayout.Position);
        code.Load(MemorySize.DoubleWord, Value, Line, TraceLayout.Count);
        code.Jump(JumpCondition.Less, Index, Value, within);
        code.Move(Index, 0);
        code.Mark(within);
        code.Jump(JumpCondition.Less, Index, layout.Capacity, bounded);
        code.Move(Index, 0);
        code.Mark(bounded);
        code.Move(Value, Index);
        code.Alu(AluOperation.Add, Value, 1);
        code.Store(MemorySize.DoubleWord, Line, TraceLayout.Position, Value);
    }

    private void EmitAddress(Field field, int from, int high, int low)
    {
        if (layout.Family == Family.IPv4)
        {
            EmitField(field, MemorySize.Word, from, low);
            return;
        }

        EmitField(field, MemorySize.DoubleWord, from, high);
        EmitField(field, MemorySize.DoubleWord, from + 8, low);
    }

    private void EmitField(Field field, MemorySize size, int from, int to)
    {
        if (!use.Has(field))
        {
            return;
        }

        code.Load(size, Value, Line, from);
        code.Store(size, Register.R10, Frame.MainKey + to, Value);
    }
}
