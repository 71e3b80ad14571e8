namespace MiniFirewall.Dns.Asking;

/// <summary>What name servers say to a question.</summary>
/// <param name="Addresses">Of the family that was asked for; none where the outcome is another than found.</param>
/// <param name="Error">Why nobody could say, in words.</param>
public sealed record DnsResult(NameOutcome Outcome, IReadOnlyList<NameAddress> Addresses, string Error = "");
