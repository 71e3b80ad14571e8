using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Persistence;

/// <summary>How a change of the rule set is to be made.</summary>
/// <param name="Message">Why: for the history. Null where nothing is said.</param>
/// <param name="IsTemporary">The disk stays as it is.</param>
/// <param name="Trial">For how long; null where it is not for some time only.</param>
/// <param name="IsForced">Also where it cuts the session that one types in, or closes a failsafe port.</param>
internal sealed record ChangeRequest(string? Message, bool IsTemporary, TrialRequest? Trial, bool IsForced);
