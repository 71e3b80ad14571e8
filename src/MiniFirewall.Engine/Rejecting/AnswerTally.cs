namespace MiniFirewall.Engine.Rejecting;

/// <summary>What has become of rejected packets.</summary>
/// <param name="Sent">Answered.</param>
/// <param name="Unanswerable">Of a kind that no host may answer.</param>
/// <param name="OverRate">Not answered because there were too many.</param>
/// <param name="Failed">The kernel did not send the answer: a rule of OUTPUT dropped it, or there is no route back.</param>
public sealed record AnswerTally(long Sent, long Unanswerable, long OverRate, long Failed);
