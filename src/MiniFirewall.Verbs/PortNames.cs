using MiniFirewall.Rules.Names;

namespace MiniFirewall.Verbs;

/// <summary>Ports that may be services' names.</summary>
internal sealed class PortNames(NetworkNames names)
{
    private static readonly string[] Both = ["tcp", "udp"];

    /// <summary>The protocols that both ends have: tcp and udp where numbers alone are named, a service's own where one is.</summary>
    /// <exception cref="VerbException">There is none.</exception>
    internal string[] Protocols(string? from, string? to, string? asked)
    {
        string[] candidates = asked is null ? Both : [asked];
        string[] common = [.. candidates.Where(protocol => Has(from, protocol) && Has(to, protocol))];
        if (common.Length > 0)
        {
            return common;
        }

        string? unknown = new[] { to, from }.FirstOrDefault(end => end is not null && !Both.Any(protocol => Has(end, protocol)));
        throw new VerbException(unknown is not null
            ? $"'{unknown}' is neither a port, a service (/etc/services) nor an application (minifw app list)"
            : asked is not null
                ? $"{to ?? from} is no service of {asked}; name its port by number, or leave the protocol out"
                : $"services {from} and {to} have no protocol in common; name ports by number");
    }

    /// <summary>The port's number as text; null for null.</summary>
    internal string? Number(string? ports, string protocol) =>
        ports is null || PortText.IsNumeric(ports) ? ports : names.TryGetService(ports, [protocol], out ushort port) ? $"{port}" : null;

    /// <exception cref="VerbException">It is numbers, and wrong ones.</exception>
    private bool Has(string? ports, string protocol)
    {
        if (ports is null)
        {
            return true;
        }

        if (!PortText.IsNumeric(ports))
        {
            return names.TryGetService(ports, [protocol], out _);
        }

        return PortText.Wrong(ports) is { } wrong ? throw new VerbException($"{wrong}; several are written 80,443 or 6000:6007") : true;
    }
}
