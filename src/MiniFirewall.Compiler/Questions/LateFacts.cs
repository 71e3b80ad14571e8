using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Questions;

/// <summary>What questions of statements that come later are told of a program set that is in force.</summary>
/// <param name="Family">The programs'.</param>
/// <param name="Hertz">As <see cref="CompileOptions.Hertz"/>.</param>
/// <param name="MinutesWest">As <see cref="CompileOptions.MinutesWest"/>.</param>
/// <param name="ConnectionBuckets">As <see cref="CompileOptions.ConnectionBuckets"/>.</param>
public sealed record LateFacts(Family Family, int Hertz, int MinutesWest, int ConnectionBuckets)
{
    /// <summary>Gives a memory's number, once a question; null where there is none left. Is told what the memory holds at first.</summary>
    public required Func<byte[], int?> Cell { get; init; }

    /// <summary>How many times a list of recent addresses keeps of each; null where it is not there.</summary>
    public required Func<string, int?> Stamps { get; init; }

    /// <summary>The place of a rate estimator; null where it is not there.</summary>
    public required Func<string, int?> Estimator { get; init; }

    /// <summary>
    /// Gives a number to a statement that counts connections, once a question, and says how many connections the programs have room for; null
    /// where that is less than the number given.
    /// </summary>
    public required Func<int, (int Number, int Slots)?> Count { get; init; }

    /// <summary>The sets that statements name are those of the programs, by the same numbers.</summary>
    public bool KnowsSets { get; init; }
}
