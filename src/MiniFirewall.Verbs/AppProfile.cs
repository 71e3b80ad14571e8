using System.Collections.Immutable;

namespace MiniFirewall.Verbs;

/// <summary>An application and the ports it needs, as packages put them into /etc/ufw/applications.d.</summary>
/// <param name="Ports">Such as "80,443/tcp" or "53".</param>
/// <param name="File">Where it was read.</param>
public sealed record AppProfile(string Name, string Title, string Description, ImmutableArray<string> Ports, string File);
