using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Bench.Classify;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Connections;

/// <summary>
/// `./bench connections memory`: what it costs a program to read and write one or two cache lines of an entry, chosen at random, and
/// nothing else: in a map's value, which the kernel has mapped in pages of 4 KiB, and in memory that it has in large ones. Each
/// access waits for the one before.
/// </summary>
internal static class TableMemoryBench
{
    private const int Rounds = 40, Repeat = 1 << 16, LineBytes = 64;
    private const string Table = "table", Pieces = "pieces", State = "state";

    /// <summary>As many entries as are two megabytes, but for what the kernel keeps beside them.</summary>
    private const int PieceEntries = ((2 << 20) - 1024) / ConnectionEntry.Size, MostEntries = 100_000;

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
        var found = new TextTable("entries", "small pages, one line", "small pages, two lines", "finding a piece", "large pages, one line", "large pages, two lines");
        foreach (int entries in (int[])[1, 1000, MostEntries])
        {
            using BpfProgram none = Load(maps, entries, inPieces: false, 0), one = Load(maps, entries, inPieces: false, 1), two = Load(maps, entries, inPieces: false, 2);
            using BpfProgram pieceNone = Load(maps, entries, inPieces: true, 0), pieceOne = Load(maps, entries, inPieces: true, 1), pieceTwo = Load(maps, entries, inPieces: true, 2);
            double[] best = Best([none, one, two, pieceNone, pieceOne, pieceTwo]);
            found.Add(
                $"{entries}", $"{best[1] - best[0]:F0}", $"{best[2] - best[0]:F0}", $"{best[3] - best[0]:F0}", $"{best[4] - best[3]:F0}", $"{best[5] - best[3]:F0}");
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

    private static BpfProgram Load(Dictionary<string, BpfMap> maps, int entries, bool inPieces, int lines)
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
        if (inPieces)
        {
            code.Move(Register.R1, Index);
            code.Alu(AluOperation.Divide, Register.R1, PieceEntries);
            code.Store(MemorySize.Word, Register.R10, -4, Register.R1);
            code.Alu(AluOperation.Modulo, Index, PieceEntries);

            // The verifier does not know what is left of a division.
            code.Jump(JumpCondition.GreaterOrEqual, Index, PieceEntries, end);
            code.LoadMap(Register.R1, Pieces);
            code.Move(Register.R2, Register.R10);
            code.Alu(AluOperation.Add, Register.R2, -4);
            code.Call(Helper.MapLookupElement);
            code.Jump(JumpCondition.Equal, Register.R0, 0, end);
            code.Move(Entry, Register.R0);
        }
        else
        {
            code.LoadMapValue(Entry, Table);
        }

        code.Alu(AluOperation.Multiply, Index, ConnectionEntry.Size);
        code.Alu(AluOperation.Add, Entry, Index);
        for (int line = 0; line < lines; line++)
        {
            // Nothing, but it is known only when the line has come; and the next number waits for it.
            code.Load(MemorySize.DoubleWord, Register.R1, Entry, line * LineBytes);
            code.Alu(AluOperation.And, Register.R1, 0);
            code.Alu(AluOperation.Add, Number, Register.R1);
            code.Store(MemorySize.DoubleWord, Entry, line * LineBytes, Number);
        }

        code.Store(MemorySize.DoubleWord, Place, 0, Number);
        code.Mark(end);
        code.Move(Register.R0, 1);
        code.Exit();
        return BpfProgram.Load(new ProgramSpec("memory", ProgramType.Netfilter, 45, code.Finish(), []), KernelBtf.Types, maps);
    }
}
