using MiniFirewall.Asm;
using MiniFirewall.Bpf;

namespace MiniFirewall.Engine.Recent;

/// <summary>The kernel's ticks, which only the kernel can tell: by a program of two instructions.</summary>
public static class TickClock
{
    /// <summary>struct ethhdr, which a test run of a socket filter asks for.</summary>
    private const int ShortestFrame = 14;

    /// <summary>The low 32 bits of jiffies now.</summary>
    public static uint Read() => Refusals.Explained(() =>
    {
        var code = new Assembler();
        code.BeginFunction(new Function("ticks", IsGlobal: true, []), code.DefineLabel("ticks"));
        code.Call(Helper.Jiffies64);
        code.Exit();
        using BpfProgram program = BpfProgram.Load(
            new ProgramSpec("minifw_ticks", ProgramType.SocketFilter, 0, code.Finish(), []), KernelBtf.Types, new Dictionary<string, BpfMap>());
        return program.TestRun(new byte[ShortestFrame], []).Result;
    });
}
