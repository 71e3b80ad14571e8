namespace MiniFirewall.Verification.Structure;

/// <summary>How many steps the verification may still take: an image whose parts are shared without measure is not proved, rather than looked at for ever.</summary>
internal sealed class Effort(long steps)
{
    internal bool IsSpent => steps <= 0;

    /// <summary>False where nothing is left.</summary>
    internal bool Spend(int some = 1) => (steps -= some) > 0;
}
