using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;

namespace MiniFirewall.Engine.Connections;

/// <summary>The kernel's 64-bit ticks, which only the kernel can tell: by a program that writes them into a map.</summary>
internal sealed class KernelTicks : IDisposable
{
    private const string Ticks = "ticks";

    /// <summary>struct ethhdr, which a test run of a socket filter asks for.</summary>
    private const int ShortestFrame = 14;

    private readonly BpfMap _map;
    private readonly BpfProgram _program;

    private KernelTicks(BpfMap map, BpfProgram program) => (_map, _program) = (map, program);

    internal static KernelTicks Open()
    {
        BpfMap map = BpfMap.Create(new MapSpec(Ticks, MapType.Array, 4, 8, 1));
        try
        {
            return new(map, BpfProgram.Load(
                new ProgramSpec("minifw_ticks", ProgramType.SocketFilter, 0, Code(), []), KernelBtf.Types, new Dictionary<string, BpfMap> { [Ticks] = map }));
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    internal ulong Read()
    {
        _program.TestRun(new byte[ShortestFrame], []);
        Span<byte> value = stackalloc byte[8];
        _map.TryLookup(new byte[_map.KeySize], value);
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    public void Dispose()
    {
        _program.Dispose();
        _map.Dispose();
    }

    private static AssembledCode Code()
    {
        var code = new Assembler();
        code.BeginFunction(new Function(Ticks, IsGlobal: true, []), code.DefineLabel(Ticks));
        code.Call(Helper.Jiffies64);
        code.LoadMapValue(Register.R1, Ticks, 0);
        code.Store(MemorySize.DoubleWord, Register.R1, 0, Register.R0);
        code.Move(Register.R0, 0);
        code.Exit();
        return code.Finish();
    }
}
