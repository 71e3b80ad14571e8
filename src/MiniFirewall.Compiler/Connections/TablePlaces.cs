using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>Pointers into the table of connections.</summary>
internal sealed class TablePlaces(Assembler code, int buckets)
{
    /// <summary>pointer = the header of a bucket, whose number is known to be one. Loses the scratch register.</summary>
    internal void EmitHeader(Register pointer, Register bucket, Register scratch)
    {
        code.Move(pointer, bucket);
        code.Alu(AluOperation.Multiply, pointer, ConnectionTable.HeaderSize);
        code.LoadMapValue(scratch, WellKnownMaps.Connections);
        code.Alu(AluOperation.Add, pointer, scratch);
    }

    /// <summary>pointer = the first entry of a bucket. Loses the scratch register.</summary>
    internal void EmitEntries(Register pointer, Register bucket, Register scratch)
    {
        code.Move(pointer, bucket);
        code.Alu(AluOperation.Multiply, pointer, ConnectionTable.Ways * ConnectionEntry.Size);
        code.LoadMapValue(scratch, WellKnownMaps.Connections, ConnectionTable.EntryAt(buckets, 0, 0));
        code.Alu(AluOperation.Add, pointer, scratch);
    }

    /// <summary>pointer = the entry of a place, any number. Loses the place, and the scratch register.</summary>
    internal void EmitEntry(Register pointer, Register place, Register scratch)
    {
        EmitSplit(place, scratch);
        code.Alu(AluOperation.Multiply, scratch, ConnectionTable.Ways * ConnectionEntry.Size);
        code.LoadMapValue(pointer, WellKnownMaps.Connections, ConnectionTable.EntryAt(buckets, 0, 0));
        code.Alu(AluOperation.Add, pointer, scratch);
        code.Alu(AluOperation.Multiply, place, ConnectionEntry.Size);
        code.Alu(AluOperation.Add, pointer, place);
    }

    /// <summary>pointer = the number of a place in its bucket's header. Loses the place, and the scratch register.</summary>
    /// <param name="at"><see cref="ConnectionTable.Tags"/> or <see cref="ConnectionTable.Ranks"/>.</param>
    internal void EmitNumber(Register pointer, Register place, Register scratch, int at)
    {
        EmitSplit(place, scratch);
        code.Alu(AluOperation.Multiply, scratch, ConnectionTable.HeaderSize);
        code.LoadMapValue(pointer, WellKnownMaps.Connections, at);
        code.Alu(AluOperation.Add, pointer, scratch);
        code.Alu(AluOperation.ShiftLeft, place, 2);
        code.Alu(AluOperation.Add, pointer, place);
    }

    /// <summary>
    /// bucket = that of the place, which becomes its way; whatever it was, both are within the table. The verifier goes first where no
    /// jump is taken: there with any bucket, so that what it finds holds for the one of a number beyond the table as well.
    /// </summary>
    private void EmitSplit(Register place, Register bucket)
    {
        Label within = code.DefineLabel("within the table"), beyond = code.DefineLabel("beyond the table");
        code.Move(bucket, place);
        code.Alu(AluOperation.ShiftRight, bucket, 3);
        code.Jump(JumpCondition.Greater, bucket, buckets - 1, beyond);
        code.Jump(within);
        code.Mark(beyond);
        code.Move(bucket, 0);
        code.Mark(within);
        code.Alu(AluOperation.And, place, 7);
    }
}
