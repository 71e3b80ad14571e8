using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>Which steps of a statement ask just what its entries say of a part, so that the part's own numbers do not matter.</summary>
internal readonly record struct StepNames(ulong Packed)
{
    /// <summary>Later steps have no name.</summary>
    internal const int Most = 16;

    internal static StepNames None => default;

    internal Part? Of(int step)
    {
        int name = step < Most ? (int)(Packed >> (step * 4)) & 15 : 0;
        return name == 0 ? null : (Part)(name - 1);
    }

    internal StepNames With(int step, Part part) => new(Packed | ((ulong)(part + 1) << (step * 4)));
}
