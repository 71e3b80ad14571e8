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

    /// <summary>A pointer to a tag, or to a bucket's header, becomes one to the rank, or to the first one.</summary>
    internal void EmitToRanks(Register pointer) => code.Alu(AluOperation.Add, pointer, ConnectionTable.RanksAt(buckets));

    /// <summary>pointer = the first line of a bucket's first entry. Loses the scratch register.</summary>
    internal void EmitEntries(Register pointer, Register bucket, Register scratch)
    {
        code.Move(pointer, bucket);
        code.Alu(AluOperation.Multiply, pointer, ConnectionTable.Ways * ConnectionEntry.LineSize);
        code.LoadMapValue(scratch, WellKnownMaps.Connections, ConnectionTable.LineAt(buckets, 0, 0, 0));
        code.Alu(AluOperation.Add, pointer, scratch);
    }

    /// <summary>pointer = the first line of the entry of a place, any number. Loses the place, and the scratch register.</summary>
    internal void EmitEntry(Register pointer, Register place, Register scratch)
    {
        EmitSplit(place, scratch);
        code.Alu(AluOperation.Multiply, scratch, ConnectionTable.Ways * ConnectionEntry.LineSize);
        code.LoadMapValue(pointer, WellKnownMaps.Connections, ConnectionTable.LineAt(buckets, 0, 0, 0));
        code.Alu(AluOperation.Add, pointer, scratch);
        code.Alu(AluOperation.Multiply, place, ConnectionEntry.LineSize);
        code.Alu(AluOperation.Add, pointer, place);
    }

    /// <summary>A pointer into one line of an entry becomes one into another, so many behind it.</summary>
    internal void EmitMove(Register pointer, int lines)
    {
        if (lines != 0)
        {
            code.Alu(AluOperation.Add, pointer, lines * ConnectionTable.LineDistance(buckets));
        }
    }

    /// <summary>result = a number of the entry that a register points to the first line of, or of one so many ways behind it.</summary>
    internal void EmitLoad(MemorySize size, Register result, Register entry, int at, int way = 0)
    {
        int line = ConnectionEntry.LineOf(at);
        if (line != 0)
        {
            code.Move(result, entry);
            EmitMove(result, line);
        }

        code.Load(size, result, line == 0 ? entry : result, (way * ConnectionEntry.LineSize) + ConnectionEntry.InLine(at));
    }

    /// <summary>pointer = the tag of a place. Loses the place, and the scratch register.</summary>
    internal void EmitTag(Register pointer, Register place, Register scratch) => EmitNumber(pointer, place, scratch, ConnectionTable.Tags);

    /// <summary>pointer = the rank of a place. Loses the place, and the scratch register.</summary>
    internal void EmitRank(Register pointer, Register place, Register scratch) => EmitNumber(pointer, place, scratch, ConnectionTable.RanksAt(buckets));

    private void EmitNumber(Register pointer, Register place, Register scratch, int at)
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
