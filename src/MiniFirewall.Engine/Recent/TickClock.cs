using MiniFirewall.Asm;
using MiniFirewall.Bpf;

namespace MiniFirewall.Engine.Recent;

/// <summary>The kernel's ticks, which only the kernel can tell: by a program of three instructions.</summary>
public static class TickClock
{
    /// <summary>struct ethhdr, which a test run of a socket filter asks for.</summary>
    private const int ShortestFrame = 14;

    /// <summary>The low 32 bits of jiffies now.</summary>
    public static uint Read() => Run(shift: 0);

    /// <summary>All 64 bits of jiffies now.</summary>
    public static ulong Read64()
    {
        while (true)
        {
            uint high = Run(shift: 32), low = Run(shift: 0);
            if (Run(shift: 32) == high)
            {
                return ((ulong)high << 32) | low;
            }
        }
    }

    private static uint Run(int shift) => Refusals.Explained(() =>
    {
        var code = new Assembler();
        code.BeginFunction(new Function("ticks", IsGlobal: true, []), code.DefineLabel("ticks"));
        code.Call(Helper.Jiffies64);
        code.Alu(AluOperation.ShiftRight, Register.R0, shift);
        code.Exit();
        using BpfProgram program = BpfProgram.Load(
            new ProgramSpec("minifw_ticks", ProgramType.SocketFilter, 0, code.Finish(), []), KernelBtf.Types, new Dictionary<string, BpfMap>());
        return program.TestRun(new byte[ShortestFrame], []).Result;
    });
}
