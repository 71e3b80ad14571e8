using System.Runtime.InteropServices;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Sys;

namespace MiniFirewall.Bench;

/// <summary>A set in a map, and two programs that go over a list of addresses: one looks each of them up, one does all but that.</summary>
internal sealed class SetLoop : IDisposable
{
    private const int MostAddresses = 65_536, Repeat = 3;
    private const uint Mappable = 1 << 10; // BPF_F_MMAPABLE

    private readonly BpfMap _sets = BpfMap.Create(WellKnownMaps.SetsSpec(0x1234UL << 32));
    private readonly BpfMap _addresses = BpfMap.Create(new MapSpec("addresses", MapType.Array, 4, (MostAddresses * 4) + 8, 1) { Flags = Mappable });
    private readonly MappedMemory _memory;
    private readonly BpfProgram _lookUp, _bare;

    internal SetLoop(SetShape shape, SetElement[] elements)
    {
        using ArenaMemory memory = _sets.MapArena(SetArena.Bytes);
        var arena = new SetArena(memory.Memory, isNew: true);
        arena.Put(0, arena.TryBuild(0, shape, elements)!.Value);
        Bytes = arena.Image(0, shape).Bytes;
        _memory = _addresses.MapValues();
        _lookUp = Load(lookUp: true);
        _bare = Load(lookUp: false);
    }

    internal long Bytes { get; }

    /// <summary>ns per address.</summary>
    internal double Run(uint[] addresses, bool lookUp)
    {
        Span<uint> given = MemoryMarshal.Cast<byte, uint>(_memory.GetSpan());
        for (int i = 0; i < MostAddresses; i++)
        {
            given[i] = addresses[i % addresses.Length];
        }

        BpfProgram program = lookUp ? _lookUp : _bare;
        return (double)program.TestRun(Family.IPv4, Hook.LocalIn, RawPackets.Tcp(1, 2, 3), Repeat).Nanoseconds / MostAddresses;
    }

    public void Dispose()
    {
        _lookUp.Dispose();
        _bare.Dispose();
        ((IDisposable)_memory).Dispose();
        _addresses.Dispose();
        _sets.Dispose();
    }

    private BpfProgram Load(bool lookUp)
    {
        const Register At = Register.R8, Found = Register.R9;
        var code = new Assembler();
        var helpers = new HelperFunctions(code, Family.IPv4, Hook.LocalIn, FieldUse.OfClassifier([]), new CompileOptions());
        Label next = code.DefineLabel("next"), end = code.DefineLabel("end");
        code.BeginFunction(new Function("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel());
        code.Move(Frame.BlockContext, Register.R1);
        for (int at = Frame.MainKey; at < 0; at += 8)
        {
            code.StoreImmediate(MemorySize.DoubleWord, Register.R10, at, 0);
        }

        code.Move(Frame.Key, Register.R10);
        code.Alu(AluOperation.Add, Frame.Key, Frame.MainKey);

        // Zero, but the verifier does not know it, and so takes every turn of the loop for the same.
        code.LoadMapValue(At, "addresses", MostAddresses * 4);
        code.Load(MemorySize.DoubleWord, At, At, 0);
        code.Move(Found, 0);
        code.Mark(next);
        code.MayGoto(end);
        code.Jump(JumpCondition.GreaterOrEqual, At, MostAddresses, end);
        code.LoadMapValue(Register.R1, "addresses");
        code.Move(Register.R2, At);
        code.Alu(AluOperation.And, Register.R2, MostAddresses - 1);
        code.Alu(AluOperation.ShiftLeft, Register.R2, 2);
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        code.Store(MemorySize.Word, Frame.Key, PacketKey.SourceLow, Register.R1);
        if (lookUp)
        {
            code.LoadConstant(Register.R3, SetLayout.FirstIsSource);
            helpers.CallSetLookupInR3();
            code.Alu(AluOperation.Add, Found, Register.R0);
        }

        code.Alu(AluOperation.Add, At, 1);
        code.Alu(AluOperation.And, At, (MostAddresses << 1) - 1);
        code.Jump(next);
        code.Mark(end);
        code.Move(Register.R0, 1);
        code.Exit();
        helpers.EmitUsed();
        var maps = new Dictionary<string, BpfMap> { [WellKnownMaps.Sets] = _sets, ["addresses"] = _addresses };
        return BpfProgram.Load(new ProgramSpec("setloop", ProgramType.Netfilter, 45, code.Finish(), []), KernelBtf.Types, maps);
    }
}
