using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// One look-up in a BPF hash map with a 16-byte key that is there, over many keys in random order, less the same program
/// without the look-up. In a map of 10,000 entries it is H, the unit of the figures.
/// </summary>
internal sealed class HashLookup : IDisposable
{
    internal const int UnitEntries = 10_000;
    private const int KeySize = 16, Keys = 1 << 15, FirstKey = 64;
    private const string Map = "hash", List = "keys";

    private readonly LoadedPrograms _programs = new();
    private readonly BpfProgram _with, _without;
    private readonly byte[] _packet = RawPackets.Tcp(1, 2, 3);

    internal HashLookup(int entryCount = UnitEntries)
    {
        var random = new Random(7);
        var entries = new byte[entryCount * KeySize];
        random.NextBytes(entries);
        _programs.Make(new(Map, MapType.Hash, KeySize, 8, entryCount)).UpdateAll(entries, new byte[entryCount * 8]);
        var list = new byte[FirstKey + (Keys * KeySize)];
        for (int i = 0; i < Keys; i++)
        {
            entries.AsSpan(random.Next(entryCount) * KeySize, KeySize).CopyTo(list.AsSpan(FirstKey + (i * KeySize)));
        }

        _programs.Make(new(List, MapType.Array, 4, list.Length, 1)).Update(new byte[4], list);
        _with = _programs.Load(Compile(lookup: true));
        _without = _programs.Load(Compile(lookup: false));
    }

    /// <summary>One round, after one that warms.</summary>
    internal void Measure(PairedSamples samples)
    {
        Run(_with);
        samples.Add(Run(_with), Run(_without));
    }

    public void Dispose() => _programs.Dispose();

    private double Run(BpfProgram program) => program.TestRun(Family.IPv4, Hook.Forward, _packet, Keys * 8).Nanoseconds;

    private static ProgramSpec Compile(bool lookup)
    {
        var code = new Assembler();
        Label end = code.DefineLabel("end");
        code.BeginFunction(new Function("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel());
        code.LoadMapValue(Register.R1, List);
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R1, 0);
        code.Alu(AluOperation.And, Register.R2, Keys - 1);
        code.Move(Register.R3, Register.R2);
        code.Alu(AluOperation.Add, Register.R3, 1);
        code.Store(MemorySize.DoubleWord, Register.R1, 0, Register.R3);
        code.Alu(AluOperation.Multiply, Register.R2, KeySize);
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        for (int at = 0; at < KeySize; at += 8)
        {
            code.Load(MemorySize.DoubleWord, Register.R3, Register.R1, FirstKey + at);
            code.Store(MemorySize.DoubleWord, Register.R10, at - KeySize, Register.R3);
        }

        if (lookup)
        {
            code.LoadMap(Register.R1, Map);
            code.Move(Register.R2, Register.R10);
            code.Alu(AluOperation.Add, Register.R2, -KeySize);
            code.Call(Helper.MapLookupElement);
            code.Jump(JumpCondition.Equal, Register.R0, 0, end);
            code.Load(MemorySize.DoubleWord, Register.R1, Register.R0, 0);
        }

        code.Mark(end);
        code.Move(Register.R0, 1);
        code.Exit();
        return new ProgramSpec(lookup ? "hash_lookup" : "hash_baseline", ProgramType.Netfilter, 45, code.Finish(), []);
    }
}
