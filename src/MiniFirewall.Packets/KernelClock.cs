namespace MiniFirewall.Packets;

/// <summary>The kernel's clock of ticks.</summary>
/// <param name="Jiffies">Ticks so far, 64 bits.</param>
/// <param name="Hertz">Ticks a second (CONFIG_HZ).</param>
public readonly record struct KernelClock(ulong Jiffies, int Hertz)
{
    /// <summary>What most distributions' kernels have.</summary>
    public const int UsualHertz = 250;
}
