using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Bench.Classify;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Connections;

/// <summary>
/// `./bench connections memory`: what it costs a program to read and write one or two cache lines of an entry, chosen at random, and
/// nothing else: where the first lines of all entries stand together, and the second ones, as the table has them; where each entry stands for itself;
/// and in memory that the kernel has in large pages. Each access waits for the one before.
/// </summary>
internal static class TableMemoryBench
{
    private const int Rounds = 40, Repeat = 1 << 16, MostEntries = 100_000;
    private const string Table = "table", Pieces = "pieces", State = "state";

    /// <summary>As many entries as are two megabytes, but for what the kernel keeps beside them.</summary>
    private const int PieceEntries = ((2 << 20) - 1024) / ConnectionEntry.Size;

    private static readonly Form s_together = new(ConnectionEntry.LineSize, MostEntries * ConnectionEntry.LineSize, InPieces: false);
    private static readonly Form s_apart = new(ConnectionEntry.Size, ConnectionEntry.LineSize, InPieces: false);
    private static readonly Form s_pieces = s_apart with { InPieces = true };

    internal static TextTable Run()
    {
        using BpfMap table = BpfMap.Create(new(Table, MapType.Array, 4, MostEntries * ConnectionEntry.Size, 1) { Flags = 1 << 10 });
        using BpfMap pieces = BpfMap.Create(new(Pieces, MapType.Hash, 4, PieceEntries * ConnectionEntry.Size, 16) { Flags = 1 });
        using BpfMap state = BpfMap.Create(new(State, MapType.Array, 4, 8, 1));
        var key = new byte[4];
        for (int piece = 0; piece * PieceEntries < MostEntries; piece++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(key, piece);
            pieces.Update(key, new byte[pieces.ValueSize]);
        }

        var maps = new Dictionary<string, BpfMap> { [Table] = table, [Pieces] = pieces, [State] = state };
        var found = new TextTable(
            "entries", "lines together, one", "lines together, two", "entries apart, one line", "entries apart, two lines", "finding a piece", "large pages, one line", "large pages, two lines");
        foreach (int entries in (int[])[1, 1000, 10_000, MostEntries])
        {
            (Form Form, int Lines)[] ways = [(s_apart, 0), (s_together, 1), (s_together, 2), (s_apart, 1), (s_apart, 2), (s_pieces, 0), (s_pieces, 1), (s_pieces, 2)];
            BpfProgram[] programs = [.. ways.Select(way => Load(maps, entries, way.Form, way.Lines))];
            double[] best = Best(programs);
            foreach (BpfProgram program in programs)
            {
                program.Dispose();
            }

            string Over(int way, int without) => $"{best[way] - best[without]:F0}";
            found.Add($"{entries}", Over(1, 0), Over(2, 0), Over(3, 0), Over(4, 0), Over(5, 0), Over(6, 5), Over(7, 5));
        }

        return found;
    }

    private static double[] Best(BpfProgram[] programs)
    {
        double[] best = [.. programs.Select(_ => double.MaxValue)];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                best[i] = Math.Min(best[i], programs[i].TestRun(Family.IPv4, Hook.Forward, RawPackets.Tcp(1, 2, 3), Repeat).Nanoseconds);
            }
        }

        return best;
    }

    private static BpfProgram Load(Dictionary<string, BpfMap> maps, int entries, Form form, int lines)
    {
        const Register Number = Register.R7, Place = Register.R6, Index = Register.R8, Entry = Register.R9;
        var code = new Assembler();
        Label end = code.DefineLabel("end");
        code.BeginFunction(new Function("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel());
        code.LoadMapValue(Place, State);
        code.Load(MemorySize.DoubleWord, Number, Place, 0);
        code.LoadConstant(Register.R1, 6364136223846793005);
        code.Alu(AluOperation.Multiply, Number, Register.R1);
        code.LoadConstant(Register.R1, 1442695040888963407);
        code.Alu(AluOperation.Add, Number, Register.R1);
        code.Store(MemorySize.DoubleWord, Place, 0, Number);
        code.Move(Index, Number);
        code.Alu(AluOperation.ShiftRight, Index, 32);
        code.Alu(AluOperation.Multiply, Index, entries);
        code.Alu(AluOperation.ShiftRight, Index, 32);
        if (form.InPieces)
        {
            EmitFindPiece(code, Index, end);
            code.Move(Entry, Register.R0);
        }
        else
        {
            code.LoadMapValue(Entry, Table);
        }

        code.Alu(AluOperation.Multiply, Index, form.Stride);
        code.Alu(AluOperation.Add, Entry, Index);
        for (int line = 0; line < lines; line++)
        {
            // Nothing, but it is known only when the line has come; and the next number waits for it.
            code.Load(MemorySize.DoubleWord, Register.R1, Entry, 0);
            code.Alu(AluOperation.And, Register.R1, 0);
            code.Alu(AluOperation.Add, Number, Register.R1);
            code.Store(MemorySize.DoubleWord, Entry, 0, Number);
            code.Alu(AluOperation.Add, Entry, form.NextLine);
        }

        code.Store(MemorySize.DoubleWord, Place, 0, Number);
        code.Mark(end);
        code.Move(Register.R0, 1);
        code.Exit();
        return BpfProgram.Load(new ProgramSpec("memory", ProgramType.Netfilter, 45, code.Finish(), []), KernelBtf.Types, maps);
    }

    /// <summary>R0 = the piece that an entry is in; the index becomes that in the piece.</summary>
    private static void EmitFindPiece(Assembler code, Register index, Label none)
    {
        code.Move(Register.R1, index);
        code.Alu(AluOperation.Divide, Register.R1, PieceEntries);
        code.Store(MemorySize.Word, Register.R10, -4, Register.R1);
        code.Alu(AluOperation.Modulo, index, PieceEntries);

        // The verifier does not know what is left of a division.
        code.Jump(JumpCondition.GreaterOrEqual, index, PieceEntries, none);
        code.LoadMap(Register.R1, Pieces);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, -4);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.Equal, Register.R0, 0, none);
    }

    /// <summary>How entries lie in memory.</summary>
    /// <param name="Stride">From one to the next, in bytes.</param>
    /// <param name="NextLine">From an entry's line to its next one.</param>
    private sealed record Form(int Stride, int NextLine, bool InPieces);
}
