namespace MiniFirewall.Engine.Rejecting;

/// <summary>Finds the address that the kernel would send from.</summary>
/// <param name="destination">An IPv6 address, host order.</param>
/// <param name="scope">The interface of a link-local destination; 0 for none.</param>
/// <returns>Null where there is no route.</returns>
internal delegate UInt128? AnswerSource(UInt128 destination, int scope);
