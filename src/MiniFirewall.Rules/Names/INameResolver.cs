using System.Collections.Immutable;

namespace MiniFirewall.Rules.Names;

/// <summary>The addresses of a host name, as numbers in host order.</summary>
public sealed record NameAddresses(ImmutableArray<UInt128> V4, ImmutableArray<UInt128> V6);

/// <summary>Says what addresses a host name has.</summary>
public interface INameResolver
{
    /// <summary>The name's addresses in any order, or null where it has none or cannot be asked. Never throws.</summary>
    NameAddresses? Resolve(string name);
}
