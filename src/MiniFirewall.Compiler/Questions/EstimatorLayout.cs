using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// A rate estimator in the map of them: a lock, under which programs read and change the rest; its settings, which never change; and what
/// it has measured. All else begins at zero. Little-endian host order.
/// </summary>
public static class EstimatorLayout
{
    /// <summary>u32: ticks from one sample to the next; bits by which what came in one is shifted to be a rate; bits by which a sample is shifted to count.</summary>
    public const int Period = 4, Shift = 8, AverageLog = 12;

    /// <summary>u64, ticks: when the next sample is due; 0 before the first packet.</summary>
    public const int Next = 16;

    /// <summary>u64: what has come since the last sample.</summary>
    public const int Bytes = 24, Packets = 32;

    /// <summary>u64: the rates, in parts of 256 a second.</summary>
    public const int ByteRate = 40, PacketRate = 48;

    /// <summary>u64: the samples that are still to be taken, which the verifier does not know.</summary>
    internal const int Turns = 56;

    public const int Size = 64;

    /// <summary>Estimators of one rule set.</summary>
    public const int Most = 256;

    /// <summary>Places in the map: a rule set, the one before it, and one that a trial goes back to, may have all other ones.</summary>
    public const int Slots = 4 * Most;

    public static MapSpec Spec { get; } = new(WellKnownMaps.Estimators, MapType.Array, 4, Size, Slots) { BeginsWithLock = true };

    /// <summary>Refuses more than <see cref="Most"/> estimators.</summary>
    /// <exception cref="CompileException">There are more.</exception>
    public static void Require(int estimators)
    {
        if (estimators > Most)
        {
            throw new CompileException($"more than {Most} rate estimators in one rule set", Origin.None);
        }
    }

    /// <summary>An estimator that has counted nothing.</summary>
    public static byte[] Begin(EstimatorSettings settings, int hertz)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var value = new byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(Period), settings.PeriodTicks(hertz));
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(Shift), settings.Shift);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(AverageLog), settings.AverageLog);
        return value;
    }

    /// <summary>A map of its own for estimators, from the first slot on.</summary>
    internal static MapImage Begin(IEnumerable<EstimatorSettings> estimators, int hertz) =>
        new(Spec, estimators.SelectMany(settings => Begin(settings, hertz)).ToArray());
}
